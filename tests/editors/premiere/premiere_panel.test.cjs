// The panel's work against the stand-in, by node's own test runner.
"use strict";

const assert = require("node:assert/strict");
const test = require("node:test");
const path = require("node:path");

const panel = path.resolve(process.env.CUTSCORE_PANEL);
const { Laying, baseOf, samePath } = require(path.join(panel, "laying.js"));
const { Bridge } = require(path.join(panel, "bridge.js"));
const { Session } = require(path.join(panel, "session.js"));
const { fake, Clip, Item, Track } = require("./fake_premiere.cjs");

const NTSC = 10594584000n; // ticks of a frame at 24000/1001
const one = (n = 1) => `/Filme/Cutscore/Schnitt 3/Schnitt 3_01-00-00-00_v${n}.wav`;
const CUE = { frames: 240, hits: [{ time: 1.0, kind: "cut", weight: 0.5 }, { time: 2.5 }] };

function premiere(more = {}) {
  return fake({ perFrame: NTSC, frames: 240, exported: [], ...more });
}

const lying = (app) => app.sequence.tracks.map((t) => [t.name, t.items.map((i) => [i.clip.name, i.start, i.disabled])]);

test("music lies on a track of its own, from the beginning, with its hits", async () => {
  const app = premiere();
  app.sequence.tracks[0].items.push(new Item(new Clip("/a.mov", NTSC * 240n), 0n, NTSC * 240n));
  const said = await new Laying(app).lay(app.project, app.sequence, one(), CUE);
  assert.deepEqual(said, ["Laid on A2, from the beginning, 240 frames."]);
  assert.deepEqual(lying(app)[1], ["Music (Cutscore)", [["Schnitt 3_01-00-00-00_v1.wav", 0n, false]]]);
  assert.equal(app.root.items[0].name, "Cutscore");
  assert.deepEqual(app.root.items[0].items[0].markers.map((m) => m.ticks), ["254016000000", "635040000000"]);
});

test("a second version takes the place of an untouched first one", async () => {
  const app = premiere();
  const laying = new Laying(app);
  await laying.lay(app.project, app.sequence, one(1), CUE);
  await laying.lay(app.project, app.sequence, one(2), CUE);
  assert.equal(app.sequence.tracks.length, 2);
  assert.deepEqual(lying(app)[1][1], [["Schnitt 3_01-00-00-00_v2.wav", 0n, false]]);
});

for (const [how, change] of [
  ["moved", (item) => { item.start += NTSC; }],
  ["trimmed", (item) => { item.in += NTSC; item.duration -= NTSC; }],
  ["muted", (item) => { item.disabled = true; }],
]) {
  test(`a clip that was ${how} is never replaced`, async () => {
    const app = premiere();
    const laying = new Laying(app);
    await laying.lay(app.project, app.sequence, one(1), CUE);
    const item = app.sequence.tracks[1].items[0];
    change(item);
    const said = await laying.lay(app.project, app.sequence, one(2), CUE);
    assert.match(said[1], new RegExp(how));
    assert.ok(app.sequence.tracks[1].items.includes(item));
    assert.equal(item.disabled, true);
    assert.deepEqual(lying(app)[2][1], [["Schnitt 3_01-00-00-00_v2.wav", 0n, false]]);
  });
}

test("somebody else's clip on a track of our name is never overwritten", async () => {
  const app = premiere();
  app.sequence.tracks.push(new Track("Music (Cutscore)"));
  const other = new Item(new Clip("/song.wav", NTSC * 10n), NTSC * 5n, NTSC * 10n);
  app.sequence.tracks[1].items.push(other);
  await new Laying(app).lay(app.project, app.sequence, one(), CUE);
  assert.deepEqual(app.sequence.tracks[1].items, [other]);
  assert.equal(app.sequence.tracks[2].items.length, 1);
});

for (const [refused, sentence] of [["importFiles", /did not import/], ["overwrite", /did not lay/]]) {
  test(`${refused} that does nothing is told`, async () => {
    const app = premiere({ refuses: [refused] });
    await assert.rejects(new Laying(app).lay(app.project, app.sequence, one(), CUE), sentence);
  });
}

test("music of another length is told", async () => {
  const app = premiere({ musicFrames: 200 });
  await assert.rejects(new Laying(app).lay(app.project, app.sequence, one(), CUE), /200 frames of music where 240/);
});

test("names and paths", () => {
  assert.equal(baseOf("film_01-00-00-00_v12_take2.wav"), "film_01-00-00-00");
  assert.equal(baseOf("my song.wav"), "");
  assert.ok(samePath("C:\\a\\b.wav", "C:/a/b.wav"));
  assert.ok(!samePath("", ""));
});

const answers = (list) => async (url, options) => {
  const [status, body] = list.shift();
  answers.asked.push([options.method, url, options.body, options.headers.Authorization]);
  return { ok: status < 300, status, json: async () => body };
};

test("one scoring, from the open sequence to its track", async () => {
  answers.asked = [];
  const exported = [];
  const app = premiere({ exported });
  const bridge = new Bridge({ url: "http://127.0.0.1:8766", token: "t0" }, answers([
    [200, { folder: "/Filme/Cutscore/Schnitt 3" }],
    [201, { id: "r1" }],
    [200, { state: "running", stage: "mix", fraction: 0.5 }],
    [200, { state: "done", report: { music: one(), cue_facts: CUE, warnings: ["A medium is missing."] } }],
  ]));
  const told = [];
  const session = new Session(new Laying(app), bridge, async () => {});
  const wishes = { description: "ruhig ü", tags: ["piano"], engine: "", seed: "7" };
  const said = await session.score(wishes, (stage, fraction) => told.push([stage, fraction]));
  assert.deepEqual(exported, ["/Filme/Cutscore/Schnitt 3/Schnitt 3.otio"]);
  assert.deepEqual(said, ["Laid on A2, from the beginning, 240 frames.", "A medium is missing."]);
  assert.deepEqual(told, [["mix", 0.5]]);
  assert.deepEqual(JSON.parse(answers.asked[1][2]), { timeline: exported[0], ...wishes });
  assert.ok(answers.asked.every((row) => row[3] === "Bearer t0"));
});

test("what the bridge says is told", async () => {
  answers.asked = [];
  const app = premiere();
  const failing = [[200, { folder: "/f" }], [201, { id: "r" }], [200, { state: "failed", error: "The timeline is a riddle." }]];
  const session = (list) => new Session(new Laying(app), new Bridge({ url: "u", token: "t" }, answers(list)), async () => {});
  const wishes = { description: "", tags: [], engine: "", seed: "" };
  await assert.rejects(session(failing).score(wishes, () => {}), /riddle/);
  await assert.rejects(session([[401, { error: "no" }]]).score(wishes, () => {}), /cutscore install premiere/);
  const nobody = new Session(new Laying(app), new Bridge({ url: "u", token: "t" }, async () => { throw new Error("x"); }), async () => {});
  await assert.rejects(nobody.score(wishes, () => {}), /cutscore bridge/);
  assert.equal(app.sequence.tracks.length, 1);
});

test("an edit in between gets no music", async () => {
  answers.asked = [];
  const app = premiere();
  const bridge = new Bridge({ url: "u", token: "t" }, answers([
    [200, { folder: "/f" }], [201, { id: "r" }], [200, { state: "running" }],
    [200, { state: "done", report: { music: one(), cue_facts: CUE } }],
  ]));
  const session = new Session(new Laying(app), bridge, async () => { app.sequence.length -= NTSC; });
  await assert.rejects(session.score({ description: "", tags: [], engine: "", seed: "" }, () => {}), /changed meanwhile/);
  assert.equal(app.sequence.tracks.length, 1);
});
