// Session: the way of one scoring, from the open sequence to the music on its track.
// @ts-check
"use strict";

const { Trouble } = require("./laying.js");

/** @typedef {import("./laying.js").Cue} Cue */
/** @typedef {{description: string, tags: string[], engine: string, seed: string}} Wishes */

class Session {
  /**
   * @param {InstanceType<typeof import("./laying.js").Laying>} laying
   * @param {InstanceType<typeof import("./bridge.js").Bridge>} bridge
   * @param {(milliseconds: number) => Promise<void>} wait
   */
  constructor(laying, bridge, wait) {
    this.laying = laying;
    this.bridge = bridge;
    this.wait = wait;
    /** @type {string | null} */
    this.run = null;
    this.stopped = false;
  }

  /**
   * Score the open sequence; the sentences for the person.
   * @param {Wishes} wishes
   * @param {(stage: string, fraction: number | null) => void} tell
   */
  async score(wishes, tell) {
    this.stopped = false;
    const { project, sequence } = await this.laying.open();
    const folder = await this.bridge.folder(project.path, sequence.name);
    const slash = folder.includes("\\") ? "\\" : "/";
    const timeline = `${folder}${slash}${folder.split(/[\\/]/).pop()}.otio`;
    await this.laying.exportTimeline(sequence, timeline);
    const before = await this.laying.length(sequence);
    this.run = await this.bridge.start({ timeline, ...wishes });
    try {
      const report = await this.ended(tell);
      if ((await this.laying.length(sequence)) !== before) {
        throw new Trouble(`The sequence changed meanwhile, so nothing was laid. The music: ${report.music}`);
      }
      const said = await this.laying.lay(project, sequence, report.music, report.cue_facts || {});
      return [...said, ...(report.warnings || [])];
    } finally {
      this.run = null;
    }
  }

  /** @param {(stage: string, fraction: number | null) => void} tell */
  async ended(tell) {
    for (;;) {
      const told = await this.bridge.told(/** @type {string} */ (this.run));
      if (told.state === "done" && told.report) {
        return /** @type {{music: string, warnings: string[], cue_facts?: Cue}} */ (told.report);
      }
      if (told.state !== "running") throw new Trouble(told.error || "Stopped; nothing was laid.");
      tell(told.stage || "", told.fraction === undefined ? null : told.fraction);
      await this.wait(500);
    }
  }

  /** Stop what runs. */
  async cancel() {
    if (this.run) await this.bridge.cancel(this.run);
  }
}

module.exports = { Session };
