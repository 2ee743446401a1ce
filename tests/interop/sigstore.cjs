// Asks @sigstore/verify of bundles, one on each line as base64, each answered by "valid" or by why not. Arguments: the signer's key (base64 of
// DER) and the log's (a C2SP verifier key).
const { createHash } = require("node:crypto");
const { createInterface } = require("node:readline");
const { bundleFromJSON } = require("@sigstore/bundle");
const { toSignedEntity, toTrustMaterial, Verifier } = require("@sigstore/verify");

const [signer, log] = process.argv.slice(2);
const [name, , said] = [log.split("+")[0], log.split("+")[1], log.split("+").slice(2).join("+")];
const typed = Buffer.from(said, "base64");
const id = createHash("sha256").update(`${name}\n`).update(typed).digest();
const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), typed.subarray(1)]);
const hint = createHash("sha256").update(Buffer.from(signer, "base64")).digest("base64");
const root = { certificateAuthorities: [], timestampAuthorities: [], ctlogs: [],
  tlogs: [{ baseUrl: `https://${name}`, hashAlgorithm: 1, publicKey: { rawBytes: spki, keyDetails: 7 }, logId: { keyId: id } }] };
const trust = toTrustMaterial(root, { [hint]: { rawBytes: Buffer.from(signer, "base64"), keyDetails: 5 } });
const verifier = new Verifier(trust, { ctlogThreshold: 0, tlogThreshold: 1, timestampThreshold: 0 });

function verdict(bundle) {
  try {
    verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(bundle))));
    return "valid";
  } catch (fault) {
    return `${fault.code ?? fault.name}: ${fault.message}`.replaceAll("\n", " ");
  }
}

createInterface({ input: process.stdin, crlfDelay: Infinity }).on("line", (line) =>
  console.log(verdict(Buffer.from(line, "base64").toString("utf8"))));
