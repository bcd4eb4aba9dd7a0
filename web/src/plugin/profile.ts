import { mustHave } from './must.js';
import { ChartPrimitive, type Attached, type Paint } from './primitive.js';
import { bucketTotalsUsd } from './profile-bins.js';
import { ProfileFrame, type PreparedProfile } from './profile-frame.js';
import type { ProfileData, ProfileOptions } from './types.js';

const compact = (valueUsd: number): string => `$${Intl.NumberFormat('en', { notation: 'compact' }).format(valueUsd)}`;

const DEFAULT_OPTIONS: ProfileOptions = {
  visible: true,
  widthPixels: 180,
  marginPixels: 0,
  bandColors: ['#3d5a98', '#3f8fbf', '#e0b040', '#ef8636', '#e5484d'],
  leastSupport: 0.5,
  longColor: '#7cc4ff',
  shortColor: '#ffb066',
  textColor: '#aeb7c6',
  gridColor: '#aeb7c659',
  backgroundColor: 'rgba(11, 14, 20, 0.82)',
  fontFamily: 'system-ui, sans-serif',
  formatUsd: compact,
  scaleText: 'a bucket',
  formatTotalUsd: compact,
};

/**
 * The static liquidation map at the right edge of the pane: bars by leverage per bucket, and both cumulative curves.
 */
export class LiquidationProfile extends ChartPrimitive<ProfileOptions> {
  readonly #frame = new ProfileFrame();
  #profile: PreparedProfile | null = null;

  constructor(options: Partial<ProfileOptions> = {}) {
    super(DEFAULT_OPTIONS, options);
  }

  setData(data: ProfileData | null): void {
    this.#profile = data === null ? null : prepare(data);
    this.changed();
  }

  protected override painter({ series }: Attached): Paint | null {
    const profile = this.#profile;
    if (profile === null) return null;
    return (target) =>
      target.useMediaCoordinateSpace(({ context, mediaSize }) => {
        const pixelRatio = context.getTransform().a;
        this.#frame.draw(context, mediaSize, pixelRatio, profile, this.currentOptions, series, this.version);
      });
  }
}

function prepare(data: ProfileData): PreparedProfile {
  const buckets = data.priceEdges.length - 1;
  for (const bands of [data.longByLeverageUsd, data.shortByLeverageUsd]) {
    mustHave(data.leverages.length, 'each side', bands);
    for (const band of bands) mustHave(buckets, 'each band', band);
  }
  if (data.support !== undefined) mustHave(buckets, 'support', data.support);
  return {
    data,
    totalsUsd: bucketTotalsUsd(data),
  };
}
