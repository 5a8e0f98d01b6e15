export interface MenuItem {
  readonly label: string;
  readonly hint?: string;
  readonly checked?: boolean;
  readonly disabled?: boolean;
  /** Draws a line above the item. */
  readonly separated?: boolean;
  readonly onselect: () => void;
}
