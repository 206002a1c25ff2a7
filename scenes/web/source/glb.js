// The bytes of a GLB and the JSON in them, read without drawing anything: words stay readable where pictures fail.

const MAGIC = 0x46546c67;
const JSON_CHUNK = 0x4e4f534a;

/** Bytes of base64 text. Throws where it is none. */
export function bytesOf(base64) {
  const text = base64.trim();
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** The glTF document (a plain object) in the bytes of a GLB. Throws an Error where they are no GLB 2. */
export function documentOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isGlb = bytes.byteLength >= 20 && view.getUint32(0, true) === MAGIC && view.getUint32(4, true) === 2;
  if (!isGlb || view.getUint32(8, true) !== bytes.byteLength) throw new Error("the model is not a whole GLB");
  const length = view.getUint32(12, true);
  if (view.getUint32(16, true) !== JSON_CHUNK || 20 + length > bytes.byteLength) throw new Error("no JSON in the GLB");
  return JSON.parse(new TextDecoder().decode(bytes.subarray(20, 20 + length)));
}
