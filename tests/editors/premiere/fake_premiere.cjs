// A stand-in for Premiere's UXP module: the calls that the panel uses, with what they do to a sequence.
"use strict";

const PER_SECOND = 254016000000n;

class TickTime {
  constructor(ticks) { this.ticks = String(ticks); this.seconds = Number(BigInt(this.ticks)) / Number(PER_SECOND); }
  static createWithTicks(ticks) { return new TickTime(ticks); }
}
TickTime.TIME_ZERO = new TickTime(0);

class Item {
  constructor(clip, start, duration) { Object.assign(this, { clip, start, duration, in: 0n, disabled: false }); }
  async getStartTime() { return new TickTime(this.start); }
  async getDuration() { return new TickTime(this.duration); }
  async getInPoint() { return new TickTime(this.in); }
  async getOutPoint() { return new TickTime(this.in + this.duration); }
  async getProjectItem() { return this.clip; }
  async isDisabled() { return this.disabled; }
  createSetDisabledAction(disabled) { return () => { this.disabled = disabled; }; }
}

class Track {
  constructor(name) { this.name = name; this.items = []; }
  getTrackItems() { return [...this.items]; }
  createSetNameAction(name) { return () => { this.name = name; }; }
}

class Clip {
  constructor(path, ticks) { Object.assign(this, { path, ticks, name: path.split(/[\\/]/).pop(), markers: [] }); }
  async getMediaFilePath() { return this.path; }
}

class Folder {
  constructor(name) { this.name = name; this.items = []; }
  async getItems() { return [...this.items]; }
  createBinAction(name) { return () => { this.items.push(new Folder(name)); }; }
}

/** A Premiere with one project; `refuses` names calls that do nothing. */
function fake({ perFrame, frames, refuses = [], musicFrames, exported }) {
  const root = new Folder("root");
  const sequence = {
    name: "Schnitt 3",
    tracks: [new Track("Audio 1")],
    length: BigInt(frames) * perFrame,
    getAudioTrackCount: async () => sequence.tracks.length,
    getAudioTrack: async (n) => sequence.tracks[n],
    getTimebase: async () => String(perFrame),
    getEndTime: async () => new TickTime(sequence.length),
  };
  let locked = false;
  const project = {
    path: "/Filme/Projekt ü.prproj",
    getActiveSequence: async () => sequence,
    getRootItem: async () => root,
    importFiles: async (paths, quiet, bin) => {
      const folder = bin || root;
      if (!refuses.includes("importFiles")) {
        for (const path of paths) folder.items.push(new Clip(path, BigInt(musicFrames || frames) * perFrame));
      }
      return true;
    },
    lockedAccess: (callback) => { locked = true; callback(); locked = false; },
    executeTransaction: (callback) => {
      if (!locked) throw new Error("not locked");
      const actions = [];
      callback({ addAction: (action) => actions.push(action) });
      for (const action of actions) action();
      return true;
    },
  };
  return {
    sequence, project, root,
    Project: { getActiveProject: async () => project },
    ProjectConverter: {
      exportAsOpenTimelineIO: async (_sequence, path) => { exported.push(path); return !refuses.includes("export"); },
    },
    ProjectItem: { cast: (item) => item },
    FolderItem: { cast: (item) => (item instanceof Folder ? item : null) },
    ClipProjectItem: { cast: (item) => (item instanceof Clip ? item : null) },
    SequenceEditor: {
      getEditor: () => ({
        createOverwriteItemAction: (clip, time, _video, track) => () => {
          if (refuses.includes("overwrite")) return;
          const start = BigInt(time.ticks);
          while (sequence.tracks.length <= track) sequence.tracks.push(new Track(`Audio ${sequence.tracks.length + 1}`));
          const there = sequence.tracks[track];
          there.items = there.items.filter((i) => i.start >= start + clip.ticks || i.start + i.duration <= start);
          there.items.push(new Item(clip, start, clip.ticks));
        },
      }),
    },
    TickTime,
    Marker: { MARKER_TYPE_COMMENT: "Comment" },
    Markers: {
      getMarkers: async (clip) => ({
        getMarkers: () => [...clip.markers],
        createAddMarkerAction: (name, type, at) => () => { clip.markers.push({ name, ticks: at.ticks }); },
      }),
    },
    Constants: { TrackItemType: { CLIP: 1 } },
  };
}

module.exports = { fake, Clip, Item, Track, TickTime };
