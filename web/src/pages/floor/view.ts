/** Cards or a table: what was chosen last in this browser. */
export type View = 'cards' | 'table';

const KEY = 'calmline.floor';

export function keptView(): View {
  try {
    return localStorage.getItem(KEY) === 'table' ? 'table' : 'cards';
  } catch {
    return 'cards';
  }
}

export function keepView(view: View): void {
  try {
    localStorage.setItem(KEY, view);
  } catch {
    // Storage is forbidden: the choice lasts as long as the page.
  }
}
