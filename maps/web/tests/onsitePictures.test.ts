import { describe, expect, it } from 'vitest';
import { joined, type Bytes } from '../src/format/bytes';
import { NOTHING_TOLD, toldBy } from '../src/onsite/exif';
import { cleaned, PictureError } from '../src/onsite/pictures';

const text = (said: string): Bytes => new TextEncoder().encode(said) as Bytes;
const u16 = (value: number): number[] => [value >> 8, value & 255];
const u32 = (value: number): number[] => [...u16(Math.floor(value / 65536)), ...u16(value % 65536)];

type Field = [tag: number, type: number, values: number[] | string];

/** A directory of TIFF (big-endian) that begins at `at`; what does not fit into an entry lies behind it. */
function directory(at: number, fields: readonly Field[]): Bytes {
  const entries: number[] = [];
  const behind: number[] = [];
  const room = at + 2 + 12 * fields.length + 4;
  for (const [tag, type, values] of fields) {
    const bytes = typeof values === 'string' ? [...text(`${values}\0`)] : values.flatMap((value) => (type === 3 ? u16(value) : type === 5 ? [...u32(Math.round(value * 1000)), ...u32(1000)] : u32(value)));
    const count = typeof values === 'string' ? values.length + 1 : values.length;
    entries.push(...u16(tag), ...u16(type), ...u32(count));
    if (bytes.length <= 4) entries.push(...bytes, ...new Array<number>(4 - bytes.length).fill(0));
    else {
      entries.push(...u32(room + behind.length));
      behind.push(...bytes);
    }
  }
  return Uint8Array.from([...u16(fields.length), ...entries, ...u32(0), ...behind]);
}

function tiff({ zone = '+08:00', south = false, orientation = 6 } = {}): Bytes {
  const main: Field[] = [[0x0112, 3, [orientation]], [0x010f, 2, 'SECRET-MAKER'], [0x8769, 4, [0]], [0x8825, 4, [0]]];
  const first = directory(8, main);
  const exif: Field[] = [[0x9003, 2, '2026:11:26 09:30:00'], ...(zone ? [[0x9011, 2, zone] as Field] : []), [0xa431, 2, 'SERIAL-123456']];
  const gps: Field[] = [[1, 2, south ? 'S' : 'N'], [2, 5, [33, 2, 30.6]], [3, 2, 'E'], [4, 5, [111, 50, 42]], [31, 5, [4.7]]];
  const exifAt = 8 + first.length;
  const exifBytes = directory(exifAt, exif);
  main[2]![2] = [exifAt];
  main[3]![2] = [exifAt + exifBytes.length];
  return joined([Uint8Array.from([...text('MM'), 0, 42, ...u32(8)]), directory(8, main), exifBytes, directory(exifAt + exifBytes.length, gps)]);
}

const segment = (marker: number, body: Uint8Array): Bytes => joined([Uint8Array.of(0xff, marker, ...u16(body.length + 2)), body]);
const JFIF = segment(0xe0, text('JFIF\0\x01\x02\0\0\x01\0\x01\0\0'));
const SCAN = joined([segment(0xda, Uint8Array.of(1, 1, 0, 0, 63, 0)), Uint8Array.of(1, 2, 0xff, 0, 3, 0xff, 0xd0, 4)]);
const TABLE = segment(0xdb, new Uint8Array(65));
const SOI = Uint8Array.of(0xff, 0xd8);
const EOI = Uint8Array.of(0xff, 0xd9);

const jpeg = (exif: Uint8Array): Bytes =>
  joined([SOI, JFIF, segment(0xe1, joined([text('Exif\0\0'), exif])), segment(0xe1, text('http://ns.adobe.com/xap/1.0/\0SECRET-XMP')), segment(0xe2, text('ICC_PROFILE\0\x01\x01colours')), segment(0xe2, text('MPF\0SECRET-MPF')), segment(0xed, text('Photoshop SECRET-IPTC')), segment(0xee, text('Adobe\0d\0\0\0\0\x01')), segment(0xfe, text('SECRET-COMMENT')), TABLE, SCAN, TABLE, SCAN, EOI, text('SECRET-TRAILER')]);

const holds = (bytes: Uint8Array, said: string): boolean => new TextDecoder('latin1').decode(bytes).includes(said);

describe('what a photo tells', () => {
  it('is read: time with its zone, place with its accuracy, way up', () => {
    const told = toldBy(tiff());
    expect(told).toMatchObject({ takenAt: '2026-11-26T09:30:00+08:00', accuracyM: 4.7, orientation: 6 });
    expect(told.lonLat![0]).toBeCloseTo(111.845, 9);
    expect(told.lonLat![1]).toBeCloseTo(33 + 2 / 60 + 30.6 / 3600, 9);
    expect(toldBy(tiff({ zone: '', south: true }))).toMatchObject({ takenAt: '2026-11-26T09:30:00+08:00' });
    expect(toldBy(tiff({ south: true })).lonLat![1]).toBeLessThan(0);
    expect(toldBy(tiff({ orientation: 99 })).orientation).toBe(1);
  });

  it('is nothing where the data are damaged, wherever they end or turn', () => {
    expect(toldBy(new Uint8Array(0))).toEqual(NOTHING_TOLD);
    const whole = tiff();
    for (let end = 0; end < whole.length; end += 1) expect(() => toldBy(whole.subarray(0, end))).not.toThrow();
    for (let at = 0; at < whole.length; at += 1) {
      const bent = whole.slice();
      bent[at] = 0xff;
      expect(() => toldBy(bent)).not.toThrow();
    }
  });
});

describe('a JPEG', () => {
  it('keeps what draws, the colours and the way up, and tells nothing else', () => {
    const { bytes, type, told } = cleaned(jpeg(tiff()));
    expect(type).toBe('image/jpeg');
    expect(told.orientation).toBe(6);
    expect(holds(bytes, 'SECRET')).toBe(false);
    expect(holds(bytes, 'SERIAL')).toBe(false);
    expect(holds(bytes, 'ICC_PROFILE') && holds(bytes, 'Adobe') && holds(bytes, 'JFIF')).toBe(true);
    expect(cleaned(bytes).told).toEqual({ ...NOTHING_TOLD, orientation: 6 });
    expect(cleaned(bytes).bytes).toEqual(bytes);
  });

  it('is nothing but the picture where it is upright', () => {
    const { bytes } = cleaned(jpeg(tiff({ orientation: 1 })));
    expect(holds(bytes, 'Exif')).toBe(false);
    expect(bytes.slice(-2)).toEqual(EOI);
  });

  it('is refused where it is cut off, wherever', () => {
    const end = jpeg(tiff()).length - 'SECRET-TRAILER'.length;
    for (let at = 3; at < end; at += 7) expect(() => cleaned(jpeg(tiff()).slice(0, at))).toThrow(PictureError);
  });
});

const chunk = (name: string, body: Uint8Array): Bytes => joined([Uint8Array.from(u32(body.length)), text(name), body, Uint8Array.of(1, 2, 3, 4)]);

describe('PNG and WebP', () => {
  it('lose what tells beside the picture', () => {
    const png = joined([Uint8Array.of(0x89, ...text('PNG\r\n\x1a\n')), chunk('IHDR', new Uint8Array(13)), chunk('tEXt', text('SECRET')), chunk('eXIf', tiff()), chunk('tIME', new Uint8Array(7)), chunk('IDAT', text('pixels')), chunk('IEND', new Uint8Array(0)), text('SECRET')]);
    const { bytes, told } = cleaned(png);
    expect(told.takenAt).toBe('2026-11-26T09:30:00+08:00');
    expect([holds(bytes, 'SECRET'), holds(bytes, 'eXIf'), holds(bytes, 'tIME'), holds(bytes, 'pixels')]).toEqual([false, false, false, true]);
    expect(() => cleaned(png.slice(0, 60))).toThrow(PictureError);
  });

  it('keep a container that says what is in it', () => {
    const little = (value: number): number[] => [...u32(value)].reverse();
    const riff = (name: string, body: Uint8Array): Bytes => joined([text(name), Uint8Array.from(little(body.length)), body, new Uint8Array(body.length % 2)]);
    const body = joined([text('WEBP'), riff('VP8X', Uint8Array.of(0x2c, 0, 0, 0, 9, 0, 0, 9, 0, 0)), riff('ICCP', text('icc')), riff('VP8 ', text('pixels!')), riff('EXIF', tiff()), riff('XMP ', text('SECRET'))]);
    const { bytes, told } = cleaned(joined([text('RIFF'), Uint8Array.from(little(body.length)), body]));
    expect(told.orientation).toBe(6);
    expect(holds(bytes, 'SECRET')).toBe(false);
    expect(bytes[20]).toBe(0x20);
    expect(new DataView(bytes.buffer).getUint32(4, true)).toBe(bytes.length - 8);
  });

  it('are the only others: the rest is refused by name', () => {
    for (const other of ['', 'GIF89a', '\0\0\0\x18ftypheic']) expect(() => cleaned(text(other))).toThrow('format');
  });
});
