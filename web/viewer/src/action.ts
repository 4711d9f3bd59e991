/** Something that can be done. */
export interface Action {
  label: string;
  run: () => void;
}
