/** The id that a file's name suggests; of a name without Latin letters a short one by the time. */
export function idOf(fileName: string): string {
  const plain = fileName
    .replace(/\.[^.]*$/, "")
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^[-_]+|[-_]+$/g, "")
    .slice(0, 64);
  return plain || `asset-${Date.now().toString(36)}`;
}
