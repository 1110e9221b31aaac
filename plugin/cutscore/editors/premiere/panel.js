// The panel: fields, a bar, a button that stops. All work is in session.js.
// @ts-check
"use strict";

const { Bridge } = require("./bridge.js");
const { Laying } = require("./laying.js");
const { Session } = require("./session.js");
const settings = require("./bridge-settings.json");

/** @param {string} id @returns {any} */
const field = (id) => document.getElementById(id);
const wait = (/** @type {number} */ milliseconds) =>
  /** @type {Promise<void>} */ (new Promise((done) => setTimeout(done, milliseconds)));

const session = new Session(new Laying(require("premierepro")), new Bridge(settings), wait);

/** @param {boolean} busy */
function busy(busy) {
  field("start").disabled = busy;
  field("stop").disabled = !busy;
  field("bar").value = 0;
}

async function start() {
  busy(true);
  field("said").textContent = "Reading the sequence …";
  const wishes = {
    description: field("description").value.trim(),
    tags: field("tags").value.split(",").map((/** @type {string} */ tag) => tag.trim()).filter(Boolean),
    engine: field("engine").value.trim(),
    seed: field("seed").value.trim(),
  };
  try {
    const said = await session.score(wishes, (stage, fraction) => {
      field("said").textContent = stage;
      if (fraction !== null) field("bar").value = fraction;
    });
    field("said").textContent = said.join(" ");
  } catch (error) {
    field("said").textContent = error instanceof Error ? error.message : String(error);
  } finally {
    busy(false);
  }
}

field("start").addEventListener("click", start);
field("stop").addEventListener("click", () => session.cancel());
