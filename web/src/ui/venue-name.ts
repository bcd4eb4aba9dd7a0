import { t } from '@lingui/core/macro';
let names: Record<string, string> = {};

/** Takes the server's names of venues: they stand in the venue's own file there. */
export function nameVenues(told: Record<string, string>): void {
  names = told;
}

/** What people call a venue, or several: its id where no name is known. */
export function venueName(venue: string): string {
  if (venue === 'all') return t`All venues`;
  return venue
    .split(',')
    .map((one) => names[one] ?? one)
    .join(' + ');
}
