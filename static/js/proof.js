// What a download or a receipt proves, step by step, by the browser's own WebCrypto and nothing of the house's server.
import { joined, same, unzip, zipped } from "./archive.js";

const WHOLE = "statement.json signed.bin signature.der record-key.pem leaf.json record.tlog-proof log-key.txt bundle.sigstore.json evidence.sha256 README.txt".split(" ");
const RECEIPT = "record-key.pem signature.der leaf.json record.tlog-proof log-key.txt signed.sha256.bin README.txt".split(" ");
const KIND = "application/vnd.in-toto+json";

export const utf8 = (words) => new TextEncoder().encode(words);
const text = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
const bytes = (words) => Uint8Array.from(atob(words), (letter) => letter.charCodeAt(0));
const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
export const digestOf = async (data) => hex(await sha256(data));

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

const leafOf = (digest, signature, key) => canonical({ apiVersion: "0.0.2", kind: "hashedrekord", spec: { hashedRekordV002: {
  data: { algorithm: "SHA2_256", digest },
  signature: { content: signature, verifier: { keyDetails: "PKIX_ECDSA_P256_SHA_256", publicKey: { rawBytes: key } } } } } });

const pemOf = (key) => `-----BEGIN PUBLIC KEY-----\n${key.slice(0, 64)}\n${key.slice(64)}\n-----END PUBLIC KEY-----\n`;

// A place in the log as C2SP writes it, taken apart.
function placed(proof) {
  const [head, said, lines] = proof.split("\n\n"), [form, place, ...path] = head.split("\n"), [origin, size, root] = said.split("\n");
  const index = Number(place.replace(/^index /, ""));
  if (form !== "c2sp.org/tlog-proof@v1" || place !== `index ${index}`) throw new Error("record.tlog-proof is no proof of C2SP.");
  return { index, path, origin, size: Number(size), root, said: `${said}\n`, lines: lines.split("\n"), note: `${said}\n\n${lines}` };
}

async function bundleOf({ statement, signature, key, leaf, log, at }) {
  const [name, , ...rest] = log.split("+");
  const checkpoint = { envelope: at.note }, logIndex = `${at.index}`;
  const entry = { logIndex, logId: { keyId: base64(await sha256(utf8(`${name}\n`), bytes(rest.join("+")))) },
    kindVersion: { kind: "hashedrekord", version: "0.0.2" }, canonicalizedBody: base64(utf8(leaf)),
    inclusionProof: { logIndex, rootHash: at.root, treeSize: `${at.size}`, hashes: at.path, checkpoint } };
  return canonical({ mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: { publicKey: { hint: base64(await sha256(bytes(key))) }, tlogEntries: [entry] },
    dsseEnvelope: { payload: base64(statement), payloadType: KIND, signatures: [{ sig: base64(signature) }] } });
}

// Every file as it follows from the few that say something of their own.
async function parts(files, said) {
  const { statement, signature, key, log, at, digest } = said;
  const made = { "record-key.pem": utf8(pemOf(key)), "signature.der": signature, "leaf.json": utf8(leafOf(base64(digest), base64(signature), key)),
    "record.tlog-proof": files.get("record.tlog-proof"), "log-key.txt": utf8(`${log}\n`), "README.txt": files.get("README.txt") };
  if (!statement) return { ...made, "signed.sha256.bin": digest };
  const evidence = JSON.parse(text(statement)).subject.map((each) => `${each.digest.sha256}  ${each.name}\n`).join("");
  return { ...made, "statement.json": statement, "signed.bin": said.signed, "evidence.sha256": utf8(evidence),
    "bundle.sigstore.json": utf8(await bundleOf({ statement, signature, key, leaf: text(made["leaf.json"]), log, at })) };
}

// A signature in DER as the two numbers of 32 bytes that WebCrypto takes.
function raw(der) {
  const numbers = [];
  for (let place = 2; place < der.length; place += 2 + der[place + 1]) numbers.push(der.subarray(place + 2, place + 2 + der[place + 1]));
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || numbers.length !== 2) throw new Error("signature.der is no signature.");
  const made = new Uint8Array(64);
  numbers.forEach((number, each) => made.set(number.slice(-32), 32 * each + Math.max(0, 32 - number.length)));
  return made;
}

async function rootOf(leaf, index, size, path) {
  if (size === 1 && index === 0 && !path.length) return sha256(Uint8Array.of(0), leaf);
  if (!path.length || index >= size) throw new Error("The proof has not the length that it must have.");
  let half = 1;
  while (half * 2 < size) half *= 2;
  const rest = path.slice(0, -1), beside = bytes(path.at(-1));
  if (index < half) return sha256(Uint8Array.of(1), await rootOf(leaf, index, half, rest), beside);
  return sha256(Uint8Array.of(1), beside, await rootOf(leaf, index - half, size - half, rest));
}

// The line under a checkpoint by one key of C2SP, after the number that names the key; undefined where there is none.
async function lineBy(verifier, at) {
  const [name, number, ...rest] = verifier.split("+"), typed = bytes(rest.join("+"));
  const known = (await sha256(utf8(`${name}\n`), typed)).subarray(0, 4);
  const lines = at.lines.filter((each) => each.startsWith(`— ${name} `)).map((each) => bytes(each.split(" ")[2]));
  return hex(known) === number ? lines.find((each) => same(known, each.subarray(0, 4)))?.subarray(4) : undefined;
}

// Whether an Ed25519 signature holds; null where this browser checks none.
async function signed(typed, signature, said) {
  try {
    const key = await crypto.subtle.importKey("raw", typed.subarray(1), { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, key, signature, utf8(said));
  } catch (fault) {
    if (fault.name !== "NotSupportedError") throw fault;
    return null;
  }
}

const typedOf = (verifier) => bytes(verifier.split("+").slice(2).join("+"));

async function signedByLog(log, at) {
  const typed = typedOf(log), line = await lineBy(log, at);
  return typed[0] === 1 && line && at.origin === log.split("+")[0] ? signed(typed, line, at.said) : false;
}

// A witness signs the moment beside the checkpoint (C2SP tlog-cosignature); false where one that is known has not signed what stands there.
async function witnessed(witnesses, at) {
  const vouching = [];
  for (const each of witnesses) {
    const line = await lineBy(each, at);
    if (!line) continue;
    const time = new DataView(line.buffer, line.byteOffset).getBigUint64(0);
    if (!(await signed(typedOf(each), line.subarray(8), `cosignature/v1\ntime ${time}\n${at.said}`))) return { step: "witnessed", holds: false, about: each };
    vouching.push(each.split("+")[0]);
  }
  return vouching.length ? { step: "witnessed", holds: true, about: vouching.join(", ") } : { step: "unwitnessed", holds: null, about: "" };
}

async function signedByHouse(said) {
  const key = await crypto.subtle.importKey("spki", bytes(said.key), { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, raw(said.signature), said.signed);
}

// Whether it was sealed, by its own word, while its key was the one that signs.
function dated(statement, { first, last } = {}) {
  const said = statement.predicate?.crossings?.at(-1)?.at, sealed = new Date(said);
  return { step: "dated", holds: first <= sealed && sealed <= last, about: isNaN(sealed) ? String(said) : sealed };
}

// What the files say of their own.
async function read(files) {
  const statement = files.get("statement.json"), signed = statement && joined(utf8(`DSSEv1 ${KIND.length} ${KIND} ${statement.length} `), statement);
  const key = text(files.get("record-key.pem")).split("\n").slice(1, 3).join(""), log = text(files.get("log-key.txt")).trim();
  const digest = statement ? await sha256(signed) : files.get("signed.sha256.bin");
  return { statement, signed, key, log, digest, signature: files.get("signature.der"), at: placed(text(files.get("record.tlog-proof"))) };
}

async function follows(archive, files, said) {
  const made = await parts(files, said), names = said.statement ? WHOLE : RECEIPT;
  return same(zipped(new Map(names.map((name) => [name, made[name]]))), archive);
}

// Each step: its key in the page's words, whether it holds (null: it cannot be checked here), and what it is about.
export async function* steps(archive, { published, witnesses, wanted }) {
  const files = unzip(archive), said = await read(files), leaf = files.get("leaf.json");
  yield { step: "whole", holds: await follows(archive, files, said), about: `${files.size} files` };
  if (said.statement) {
    if (wanted) yield { step: "wanted", holds: (await digestOf(said.statement)) === wanted, about: wanted };
    yield { step: "canonical", holds: canonical(JSON.parse(text(said.statement))) === text(said.statement), about: "" };
  }
  const fingerprint = await digestOf(bytes(said.key));
  yield { step: said.statement ? "signed" : "unseen", holds: said.statement ? await signedByHouse(said) : null, about: fingerprint };
  const root = base64(await rootOf(leaf, said.at.index, said.at.size, said.at.path));
  yield { step: "included", holds: root === said.at.root, about: `leaf ${said.at.index} of ${said.at.size} in ${said.at.origin}` };
  const logged = await signedByLog(said.log, said.at);
  yield { step: logged === null ? "unable" : "checkpoint", holds: logged, about: said.log };
  yield { step: "keys", holds: published.has(said.key) && published.has(said.log), about: "" };
  if (said.statement) yield dated(JSON.parse(text(said.statement)), published.get(said.key));
  if (logged !== null) yield witnessed(witnesses, said.at);
}

export const statementIn = (archive) => {
  const found = unzip(archive).get("statement.json");
  return found ? JSON.parse(text(found)) : null;
};
