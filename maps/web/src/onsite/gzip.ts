/** JSON as bytes on the device, packed where the browser can. */

export interface Packed {
  readonly gzip: boolean;
  readonly bytes: ArrayBuffer;
}

const through = (bytes: ArrayBuffer | Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream): Promise<ArrayBuffer> =>
  new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer();

export async function packed(value: unknown): Promise<Packed> {
  const plain = new TextEncoder().encode(JSON.stringify(value));
  // Safari before 16.4 has none: four times the room then.
  if (!('CompressionStream' in globalThis)) return { gzip: false, bytes: plain.buffer };
  return { gzip: true, bytes: await through(plain, new CompressionStream('gzip')) };
}

export async function unpacked<T>({ gzip, bytes }: Packed): Promise<T> {
  const plain = gzip ? await through(bytes, new DecompressionStream('gzip')) : bytes;
  return JSON.parse(new TextDecoder().decode(plain)) as T;
}
