import type { FileFormat } from "./api.ts";

/** What people call a format. */
export function formatName(format: FileFormat): string {
  return format === "arrow" ? "Arrow" : format.toUpperCase();
}

/** Hands `content` to the browser as a file to keep. */
export function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser has taken the file over once this task is done.
  setTimeout(() => URL.revokeObjectURL(link.href));
}
