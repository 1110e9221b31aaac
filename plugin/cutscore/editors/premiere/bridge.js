// The bridge: asks the cutscore command on this machine, which a panel cannot start by itself.
// @ts-check
"use strict";

/** @typedef {{music: string, cue: string | null, warnings: string[]}} Report */
/** @typedef {{state: string, stage?: string, fraction?: number | null, report?: Report, error?: string}} Told */

/** What goes wrong between panel and bridge; its message is a sentence for the person. */
class BridgeError extends Error {}

class Bridge {
  /**
   * @param {{url: string, token: string}} settings as the installer wrote them
   * @param {typeof fetch} [send] how requests are sent; a test gives its own
   */
  constructor(settings, send) {
    this.settings = settings;
    this.send = send || ((url, options) => fetch(url, options));
  }

  /** The folder beside a project for a sequence's files. @param {string} project @param {string} name */
  async folder(project, name) {
    return (await this.ask("POST", "/folders", { project, name })).folder;
  }

  /** Start scoring; the run's id. @param {object} wishes */
  async start(wishes) {
    return (await this.ask("POST", "/runs", wishes)).id;
  }

  /** How far a run is. @param {string} id @returns {Promise<Told>} */
  async told(id) {
    return this.ask("GET", `/runs/${id}`);
  }

  /** Stop a run. @param {string} id */
  async cancel(id) {
    await this.ask("DELETE", `/runs/${id}`);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   */
  async ask(method, path, body) {
    let answer;
    try {
      answer = await this.send(this.settings.url + path, {
        method,
        headers: { Authorization: `Bearer ${this.settings.token}`, "Content-Type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch (error) {
      throw new BridgeError("Cutscore does not answer: run `cutscore bridge` in a terminal and leave it running.");
    }
    let said;
    try {
      said = await answer.json();
    } catch (error) {
      throw new BridgeError(`Something else than Cutscore answers at ${this.settings.url}.`);
    }
    if (answer.status === 401) {
      throw new BridgeError("The panel's token is old: run `cutscore install premiere` again and reload the panel.");
    }
    if (!answer.ok) throw new BridgeError(String(said.error || `The bridge answers ${answer.status}.`));
    return said;
  }
}

module.exports = { Bridge, BridgeError };
