// The one ZIP that the download of a Record can be: stored, in one order, of no date. It is read, and made anew to be compared.
const LOCAL = 0x04034b50, CENTRAL = 0x02014b50, END = 0x06054b50, DATE = 33, RIGHTS = 0o600 << 16;
const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit += 1) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

const utf8 = (words) => new TextEncoder().encode(words);

function crc32(data) {
  let sum = -1;
  for (const byte of data) sum = (sum >>> 8) ^ TABLE[(sum ^ byte) & 255];
  return ~sum >>> 0;
}

// Numbers as little-endian bytes: each a pair of how many bytes and the number.
function header(...fields) {
  const made = new DataView(new ArrayBuffer(fields.reduce((sum, [wide]) => sum + wide, 0)));
  let place = 0;
  for (const [wide, number] of fields) {
    made[{ 1: "setUint8", 2: "setUint16", 4: "setUint32" }[wide]](place, number, true);
    place += wide;
  }
  return new Uint8Array(made.buffer);
}

export function joined(...parts) {
  const made = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    made.set(part, place);
    place += part.length;
  }
  return made;
}

export const same = (one, other) => one.length === other.length && one.every((byte, place) => byte === other[place]);

export function unzip(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length), files = new Map();
  let place = 0;
  while (view.getUint32(place, true) === LOCAL) {
    const [size, name, extra] = [view.getUint32(place + 18, true), view.getUint16(place + 26, true), view.getUint16(place + 28, true)];
    const begin = place + 30 + name + extra;
    if (begin + size > bytes.length) throw new Error("The ZIP ends in the middle of a file.");
    files.set(new TextDecoder().decode(bytes.subarray(place + 30, place + 30 + name)), bytes.subarray(begin, begin + size));
    place = begin + size;
  }
  return files;
}

export function zipped(files) {
  const locals = [], centrals = [];
  let place = 0;
  for (const [name, data] of files) {
    const told = utf8(name), shared = [[2, 20], [2, 0], [2, 0], [2, 0], [2, DATE], [4, crc32(data)], [4, data.length], [4, data.length], [2, told.length], [2, 0]];
    const local = joined(header([4, LOCAL], ...shared), told, data);
    centrals.push(header([4, CENTRAL], [1, 20], [1, 3], ...shared, [2, 0], [2, 0], [2, 0], [4, RIGHTS], [4, place]), told);
    locals.push(local);
    place += local.length;
  }
  const central = joined(...centrals);
  const end = header([4, END], [2, 0], [2, 0], [2, files.size], [2, files.size], [4, central.length], [4, place], [2, 0]);
  return joined(...locals, central, end);
}
