/** The attributes of `<vitrine-dashboard>`, for frameworks whose markup is typed. */
export interface DashboardAttributes {
  /** The address of the Vitrine server. */
  server: string;
  /** Of the embed key with which the back end gets codes. */
  "client-id": string;
  workbook: string;
  /** Absent: the workbook's first. */
  page?: string | undefined;
  /** When to open the frame: at once, or when the element comes near the window. */
  loading?: "eager" | "lazy" | undefined;
  /** The frame fills the element, whose height the host decides. Absent: it is as tall as its content. */
  height?: "fill" | undefined;
  /** What the frame is called for those who cannot see it. */
  title?: string | undefined;
}

/** The attributes of `<vitrine-element>`. */
export interface ElementAttributes extends DashboardAttributes {
  page: string;
  /** The name of an element of that page. */
  element: string;
}
