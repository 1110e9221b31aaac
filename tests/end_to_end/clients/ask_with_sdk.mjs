// Asks a server for music with the official JavaScript SDK, unmodified. On standard input: one JSON object with
// "sdk" (the folder of the package), "url", "key", "files" and "words" (the SDK's own parameters), a list of jobs.
// On standard output: for each job what came, or which of the SDK's own exceptions.
import { createReadStream } from "node:fs";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const asked = JSON.parse(await text(process.stdin));
const sdk = createRequire(import.meta.url)(asked.sdk);

async function answer(job) {
  const client = new sdk.ElevenLabsClient({ baseUrl: asked.url, apiKey: job.key ?? "none" });
  const videos = job.texts ?? job.files.map((file) => createReadStream(file));
  try {
    const stream = await client.music.videoToMusic({ videos, ...job.words }, { maxRetries: 0 });
    const parts = [];
    for await (const part of stream) parts.push(part);
    return { base64: Buffer.concat(parts).toString("base64") };
  } catch (error) {
    return { error: error.constructor.name, status: error.statusCode, body: error.body };
  }
}

const answers = [];
for (const job of asked.jobs) answers.push(await answer(job));
console.log(JSON.stringify(answers));
