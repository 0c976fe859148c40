/** A browser reads what it saves after the click has come back; some take their time. */
const READ_MS = 60_000;

/** Let the browser save a file that has no address of its own. */
export function keep(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), READ_MS);
}
