/**
 * Decompression of marshalled data (runtime/zstd.c) with bounds that hold for hostile input. OCaml writes one zstd frame
 * with the default compression level, so one frame with a window of at most 8 MiB is all that is accepted here.
 */
import { Decompress } from "fzstd";

const MAGIC = 0xfd2fb528;
const MAX_WINDOW = 8 << 20;
const MAX_BLOCK = 128 << 10;

/**
 * The `length` bytes that the zstd frame `data` expands to. What is allocated is bounded by what the frame's blocks can
 * produce, whatever `length` and the frame header claim.
 * @throws Error when the frame is malformed or does not hold exactly `length` bytes
 */
export function zstdDecompress(data: Uint8Array, length: number): Uint8Array {
  if (!(length <= maximumOutput(data, length)))
    throw new Error("zstd: the frame is too short for the announced size");
  const out = new Uint8Array(length);
  let filled = 0;
  const stream = new Decompress((chunk) => {
    if (chunk.length > length - filled) throw new Error("zstd: the frame is longer than announced");
    out.set(chunk, filled);
    filled += chunk.length;
  });
  stream.push(data, true);
  if (filled !== length) throw new Error("zstd: the frame is shorter than announced");
  return out;
}

/** Walks the frame's block headers (RFC 8878, 3.1.1): an upper bound of what they expand to. */
function maximumOutput(data: Uint8Array, length: number): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < 9 || view.getUint32(0, true) !== MAGIC) throw new Error("zstd: not a frame");
  const descriptor = view.getUint8(4);
  const singleSegment = (descriptor & 0x20) !== 0;
  if ((descriptor & 0x0b) !== 0) throw new Error("zstd: dictionaries are not supported");
  let pos = 5;
  let window = length;
  if (!singleSegment) {
    const code = view.getUint8(pos++);
    const base = 2 ** (10 + (code >> 3));
    window = base + (base / 8) * (code & 7);
  }
  if (window > Math.max(MAX_WINDOW, length)) throw new Error("zstd: window too large");
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag !== 0 ? 1 << sizeFlag : singleSegment ? 1 : 0;
  if (singleSegment && frameContentSize(view, pos, sizeBytes) !== length) {
    throw new Error("zstd: content size differs from the announced size");
  }
  pos += sizeBytes;
  let bound = 0;
  for (let last = false; !last;) {
    if (pos + 3 > data.length) throw new Error("zstd: truncated frame");
    const header = data[pos]! | (data[pos + 1]! << 8) | (data[pos + 2]! << 16);
    const size = header >>> 3;
    last = (header & 1) !== 0;
    pos += 3;
    switch ((header >> 1) & 3) {
      case 0:
        bound += size;
        pos += size;
        break;
      case 1:
        bound += size;
        pos += 1;
        break;
      case 2:
        bound += MAX_BLOCK;
        pos += size;
        break;
      default:
        throw new Error("zstd: reserved block type");
    }
    if (size > MAX_BLOCK) throw new Error("zstd: block too large");
  }
  if ((descriptor & 4) !== 0) pos += 4;
  if (pos !== data.length) throw new Error("zstd: truncated frame, or data after it");
  return bound;
}

function frameContentSize(view: DataView, pos: number, bytes: number): number {
  if (pos + bytes > view.byteLength) throw new Error("zstd: truncated frame");
  if (bytes === 1) return view.getUint8(pos);
  if (bytes === 2) return view.getUint16(pos, true) + 256;
  return bytes === 4 ? view.getUint32(pos, true) : Number(view.getBigUint64(pos, true));
}
