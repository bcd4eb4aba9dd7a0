export function byId(id: string): HTMLElement {
  const node = document.getElementById(id);
  if (node === null) throw new Error(`the page has no #${id}`);
  return node;
}

/** Writes what a page's own HTML says in English, in the reader's language. */
export function say(selector: string, text: string): void {
  const node = document.querySelector(selector);
  if (node !== null) node.textContent = text;
}

/** The same of a name that is only heard. */
export function nameAs(selector: string, name: string): void {
  document.querySelector(selector)?.setAttribute('aria-label', name);
}
