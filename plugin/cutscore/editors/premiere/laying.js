// Laying: exports the sequence, imports the music, lays it onto an audio track, and reads the track again.
// Premiere's calls are those of Adobe's published typings (@adobe/premierepro).
// @ts-check
"use strict";

/** @typedef {import("@adobe/premierepro").premierepro} Premiere */
/** @typedef {import("@adobe/premierepro").Project} Project */
/** @typedef {import("@adobe/premierepro").Sequence} Sequence */
/** @typedef {import("@adobe/premierepro").ClipProjectItem} ClipProjectItem */
/** @typedef {import("@adobe/premierepro").FolderItem} FolderItem */
/** @typedef {import("@adobe/premierepro").ProjectItem} ProjectItem */
/** @typedef {import("@adobe/premierepro").AudioClipTrackItem} AudioClipTrackItem */
/** @typedef {{frames?: number, hits?: {time: number, kind?: string, weight?: number}[]}} Cue */
/** @typedef {{item: AudioClipTrackItem, track: number, touched: string}} OwnClip */

const BIN = "Cutscore";
const TRACK = "Music (Cutscore)";
const TICKS_PER_SECOND = 254016000000n;
const MOST_MARKERS = 200;

/** What cannot be done; its message is a sentence for the person. */
class Trouble extends Error {}

class Laying {
  /** @param {Premiere} premiere */
  constructor(premiere) {
    this.premiere = premiere;
  }

  /** The project and the sequence that are open. @returns {Promise<{project: Project, sequence: Sequence}>} */
  async open() {
    const project = await this.premiere.Project.getActiveProject();
    if (!project) throw new Trouble("No project is open.");
    if (!project.path) throw new Trouble("Save the project first: the music goes into a folder beside it.");
    const sequence = await project.getActiveSequence();
    if (!sequence) throw new Trouble("No sequence is open: open the one that is to get music.");
    return { project, sequence };
  }

  /** Write the sequence as OpenTimelineIO. @param {Sequence} sequence @param {string} path */
  async exportTimeline(sequence, path) {
    const wrote = await this.premiere.ProjectConverter.exportAsOpenTimelineIO(sequence, path, true);
    if (!wrote) throw new Trouble(`Premiere did not write the sequence to ${path}.`);
  }

  /** The length of a sequence in ticks, by which a change in between is told. @param {Sequence} sequence */
  async length(sequence) {
    return BigInt((await sequence.getEndTime()).ticks);
  }

  /**
   * Lay music at the beginning of a sequence; what a person is told of it.
   * @param {Project} project
   * @param {Sequence} sequence
   * @param {string} music the whole path of a WAV
   * @param {Cue} cue
   * @returns {Promise<string[]>}
   */
  async lay(project, sequence, music, cue) {
    const said = [];
    const clip = await this.imported(project, music);
    const own = await this.ownClips(sequence, clip);
    const perFrame = BigInt(await sequence.getTimebase());
    const frames = cue.frames ? BigInt(cue.frames) : (await this.length(sequence)) / perFrame;
    for (const earlier of own) {
      if (earlier.touched) {
        said.push(`The earlier music on A${earlier.track + 1} was ${earlier.touched}: it stays, and is muted.`);
      }
    }
    const track = await this.trackFor(sequence, own);
    const editor = this.premiere.SequenceEditor.getEditor(sequence);
    const start = this.premiere.TickTime.TIME_ZERO;
    this.change(project, "Cutscore: lay music", [
      () => editor.createOverwriteItemAction(this.premiere.ProjectItem.cast(clip), start, 0, track),
    ]);
    const laid = await this.readBack(sequence, track, music, frames, perFrame);
    const stale = own.filter((earlier) => earlier.touched);
    if (stale.length) {
      this.change(
        project,
        "Cutscore: mute earlier music",
        stale.map((earlier) => () => earlier.item.createSetDisabledAction(true)),
      );
    }
    await this.named(project, sequence, track);
    said.push(...(await this.mark(project, clip, cue, frames * perFrame)));
    return [`Laid on A${laid + 1}, from the beginning, ${frames} frames.`, ...said];
  }

  /** The music as a clip of the bin Cutscore, imported once. @param {Project} project @param {string} music */
  async imported(project, music) {
    const root = await project.getRootItem();
    const there = await this.found(root, music);
    if (there) return there;
    let bin = await this.bin(root);
    if (!bin) {
      this.change(project, "Cutscore: make a bin", [() => root.createBinAction(BIN, false)]);
      bin = await this.bin(root);
    }
    const target = bin ? this.premiere.ProjectItem.cast(bin) : undefined;
    await project.importFiles([music], true, target);
    const clip = await this.found(await project.getRootItem(), music);
    if (!clip) throw new Trouble(`Premiere did not import ${music}: drag it into the project by hand.`);
    return clip;
  }

  /** @param {FolderItem} root @returns {Promise<FolderItem | null>} */
  async bin(root) {
    for (const item of await root.getItems()) {
      if (item.name === BIN) {
        const folder = this.premiere.FolderItem.cast(item);
        if (folder) return folder;
      }
    }
    return null;
  }

  /** The clip of a file, in the project's bins. @param {FolderItem} folder @param {string} music @returns {Promise<ClipProjectItem | null>} */
  async found(folder, music) {
    for (const item of await folder.getItems()) {
      const inside = this.folderOf(item);
      if (inside) {
        const deeper = item.name === BIN ? await this.found(inside, music) : null;
        if (deeper) return deeper;
        continue;
      }
      const clip = this.premiere.ClipProjectItem.cast(item);
      if (clip && samePath(await clip.getMediaFilePath(), music)) return clip;
    }
    return null;
  }

  /** @param {ProjectItem} item */
  folderOf(item) {
    try {
      const folder = this.premiere.FolderItem.cast(item);
      return folder && typeof folder.getItems === "function" ? folder : null;
    } catch (error) {
      return null;
    }
  }

  /**
   * Cutscore's clips on the sequence: pieces of the same name, whatever their version.
   * @param {Sequence} sequence
   * @param {ClipProjectItem} clip
   * @returns {Promise<OwnClip[]>}
   */
  async ownClips(sequence, clip) {
    const base = baseOf(clip.name);
    const found = [];
    for (let track = 0; track < (await sequence.getAudioTrackCount()); track += 1) {
      for (const item of await this.itemsOn(sequence, track)) {
        const source = this.premiere.ClipProjectItem.cast(await item.getProjectItem());
        if (!source || baseOf(source.name) !== base || !base) continue;
        found.push({ item, track, touched: await this.touched(item) });
      }
    }
    return found;
  }

  /** Why a clip must not be replaced; "" when it may be. @param {AudioClipTrackItem} item */
  async touched(item) {
    if (await item.isDisabled()) return "muted";
    if ((await item.getStartTime()).ticks !== "0") return "moved";
    const shown = BigInt((await item.getOutPoint()).ticks) - BigInt((await item.getInPoint()).ticks);
    if ((await item.getInPoint()).ticks !== "0" || shown !== BigInt((await item.getDuration()).ticks)) return "trimmed";
    return "";
  }

  /** @param {Sequence} sequence @param {number} track */
  async itemsOn(sequence, track) {
    const audio = await sequence.getAudioTrack(track);
    return audio.getTrackItems(this.premiere.Constants.TrackItemType.CLIP, false);
  }

  /**
   * The track that the music goes onto: that of an untouched earlier version, an empty one of ours, or a new one.
   * @param {Sequence} sequence
   * @param {OwnClip[]} own
   */
  async trackFor(sequence, own) {
    const count = await sequence.getAudioTrackCount();
    for (let track = 0; track < count; track += 1) {
      const audio = await sequence.getAudioTrack(track);
      if (audio.name !== TRACK) continue;
      const items = await this.itemsOn(sequence, track);
      // What is overwritten must be ours, all of it, and untouched.
      const ours = own.filter((clip) => clip.track === track && !clip.touched);
      if (items.length === ours.length) return track;
    }
    // A clip that is laid past the last track makes a new one.
    return count;
  }

  /**
   * The index of the track on which the music lies. Raises Trouble when it lies nowhere.
   * @param {Sequence} sequence
   * @param {number} wanted
   * @param {string} music
   * @param {bigint} frames
   * @param {bigint} perFrame
   */
  async readBack(sequence, wanted, music, frames, perFrame) {
    const count = await sequence.getAudioTrackCount();
    for (let track = Math.min(wanted, count - 1); track >= 0; track -= 1) {
      for (const item of await this.itemsOn(sequence, track)) {
        const source = this.premiere.ClipProjectItem.cast(await item.getProjectItem());
        if (!source || !samePath(await source.getMediaFilePath(), music)) continue;
        if ((await item.getStartTime()).ticks !== "0") continue;
        const ticks = BigInt((await item.getDuration()).ticks);
        const off = ticks - frames * perFrame;
        if (off > perFrame || -off > perFrame) {
          throw new Trouble(`Premiere laid ${ticks / perFrame} frames of music where ${frames} were meant; see A${track + 1}.`);
        }
        return track;
      }
    }
    throw new Trouble(`Premiere did not lay the music: it is in the bin ${BIN}; drag it to the beginning of a track.`);
  }

  /** Give the track its name. @param {Project} project @param {Sequence} sequence @param {number} track */
  async named(project, sequence, track) {
    const audio = await sequence.getAudioTrack(Math.min(track, (await sequence.getAudioTrackCount()) - 1));
    if (audio.name === TRACK) return;
    this.change(project, "Cutscore: name the track", [
      () => /** @type {import("@adobe/premierepro").Action} */ (audio.createSetNameAction(TRACK)),
    ]);
  }

  /**
   * The hits as markers of the music's clip; what is to be said of them.
   * @param {Project} project
   * @param {ClipProjectItem} clip
   * @param {Cue} cue
   * @param {bigint} ticks
   */
  async mark(project, clip, cue, ticks) {
    const hits = (cue.hits || []).slice(0, MOST_MARKERS);
    const markers = await this.premiere.Markers.getMarkers(clip);
    if (markers.getMarkers().length || !hits.length) return [];
    const { TickTime, Marker } = this.premiere;
    const actions = [];
    for (const hit of hits) {
      const at = (BigInt(Math.round(hit.time * 1e6)) * TICKS_PER_SECOND) / 1000000n;
      if (at < 0n || at >= ticks) continue;
      const note = `${hit.kind || "cut"}, weight ${(hit.weight || 0).toFixed(2)}`;
      actions.push(() =>
        markers.createAddMarkerAction(
          "hit", Marker.MARKER_TYPE_COMMENT, TickTime.createWithTicks(String(at)), TickTime.TIME_ZERO, note,
        ),
      );
    }
    this.change(project, "Cutscore: mark the hits", actions);
    const there = (await this.premiere.Markers.getMarkers(clip)).getMarkers().length;
    return there < actions.length ? [`Of ${actions.length} hits ${there} have a marker.`] : [];
  }

  /**
   * One undoable change. Actions are made inside the lock, as Premiere wants it.
   * @param {Project} project
   * @param {string} name
   * @param {(() => import("@adobe/premierepro").Action)[]} actions
   */
  change(project, name, actions) {
    let done = false;
    project.lockedAccess(() => {
      done = project.executeTransaction((compound) => {
        for (const action of actions) compound.addAction(action());
      }, name);
    });
    if (!done) throw new Trouble(`Premiere refused: ${name.replace("Cutscore: ", "")}.`);
  }
}

/** Whether two paths name one file, whatever the system's slashes. @param {string} one @param {string} other */
function samePath(one, other) {
  const plain = (/** @type {string} */ path) => String(path || "").replace(/\\/g, "/").replace(/^\/\/\?\//, "");
  return plain(one) !== "" && plain(one) === plain(other);
}

/** The name of a piece without version and ending; "" for what is none of ours. @param {string} name */
function baseOf(name) {
  const found = /^(.+_\d\d-\d\d-\d\d-\d\d)_v\d+(_take\d+)?(\.wav)?$/i.exec(name || "");
  return found ? found[1] : "";
}

module.exports = { Laying, Trouble, samePath, baseOf };
