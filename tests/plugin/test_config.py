"""The configuration: what is taken, what is refused and how it is said, and that the example is complete and true."""

# Sentences stand here on one line, as they are said.
# ruff: noqa: E501

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from cutscore.config import FILE_NAME, Settings, find_config, load_settings, override
from cutscore_composer.errors import ConfigError

EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"


def refusal(tmp_path: Path, text: str | bytes, **env: str) -> str:
    """The sentence with which a configuration is refused."""
    file = tmp_path / "cutscore.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        load_settings(file, environment=env)
    said = str(caught.value)
    assert "\n" not in said
    return said.replace(str(file), "F")


def loaded(tmp_path: Path, text: str, *, profile: str | None = None, **env: str) -> Settings:
    file = tmp_path / "cutscore.yaml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, profile=profile, environment=env)


# The example


def uncommented(text: str, pattern: str) -> Any:
    return yaml.safe_load(re.sub(pattern, r"\1\2", text, flags=re.MULTILINE))


def test_the_example_as_it_stands_changes_nothing() -> None:
    """With all options still commented out the settings are the defaults."""
    assert Settings() == load_settings(EXAMPLE, environment={})


def test_every_commented_default_is_the_default(tmp_path: Path) -> None:
    """Taking the # away from every option at its default changes nothing either; each of them is really read."""
    text = re.sub(r"^(\s*)#([a-z0-9_]+:)", r"\1\2", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert Settings() == loaded(tmp_path, text)
    said = yaml.safe_load(text)
    flat = {path: value for path, value in leaves(said) if value is not None}
    assert len(flat) > 40
    for path, value in flat.items():
        assert as_data(value_at(Settings(), path)) == value, path


def test_every_option_of_the_model_stands_in_the_example() -> None:
    """With all defaults and examples uncommented the example holds every field of every section's model."""
    assert [] == missing_in(EXAMPLE.read_text(encoding="utf-8"))


def leaves(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    else:
        yield path, data


def value_at(model: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        model = model[step] if isinstance(model, dict) else getattr(model, step)
    return model


def as_data(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def shown(model: type[BaseModel], data: Any, seen: dict[type[BaseModel], set[str]]) -> None:
    """Note for each model which of its options the data shows anywhere."""
    seen.setdefault(model, set()).update(data)
    for name, field in model.model_fields.items():
        inner = inner_model(field.annotation)
        if inner is None:
            continue
        seen.setdefault(inner, set())
        value = data.get(name, {})
        if get_origin(field.annotation) is dict:
            sections = value.values()
        else:
            sections = value if isinstance(value, list) else [value]
        for section in sections:
            shown(inner, section, seen)


def missing_in(text: str) -> list[str]:
    data = uncommented(text, r"^(\s*)# ?(\s*(?:- )?[a-z0-9_]+:)")
    Settings.model_validate(data)
    seen: dict[type[BaseModel], set[str]] = {}
    shown(Settings, data, seen)
    return [
        f"{model.__name__}.{name}" for model, names in seen.items() for name in model.model_fields if name not in names
    ]


def inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, UnionType, Annotated, tuple, dict):
        return next((m for part in get_args(annotation) if (m := inner_model(part)) is not None), None)
    return None


def test_an_option_left_out_of_the_example_would_be_noticed() -> None:
    """The walk above can fail: without the line of `hits_as_markers` it names it."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    assert ["PlaceSettings.hits_as_markers"] == missing_in("\n".join(x for x in lines if "#hits_as_markers" not in x))


# What is refused, and how


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("enginee: local\n", "F:1:1: unknown setting 'enginee'; did you mean 'engine'? Known here: engine, engines, jobs,"),
        ("music:\n  descripton: x\n", "F:2:3: unknown setting 'descripton' in music; did you mean 'description'?"),
        ("music: {sync: tigt}\n", "F:1:15: music.sync must be 'loose', 'natural' or 'tight', not 'tigt'; did you mean 'tight'?"),
        ("music:\n  takes: lots\n", "F:2:10: music.takes must be a whole number, not 'lots'."),
        ("music:\n  takes: 1.5\n", "F:2:10: music.takes must be a whole number, not 1.5."),
        ("music:\n  takes: yes\n", "F:2:10: music.takes must be a number, not true or false."),
        ("music:\n  takes: 11\n", "F:2:10: music.takes must be at most 10, not 11."),
        ("music:\n  loudness: loud\n", "F:2:13: music.loudness must be one of web, stream, R128, A/85 or a number of LUFS, not 'loud'."),
        ("music:\n  loudness: 3\n", "F:2:13: music.loudness must be at least -40 and at most -8 LUFS, not 3."),
        ("music:\n  description: 42\n", "F:2:16: music.description must be text (in quotes if it looks like a number), not 42."),
        ("music:\n  tags: calm\n", "F:2:9: music.tags must be a list, like [a, b], not 'calm'."),
        ("music:\n  tags: [calm, 7]\n", "F:2:16: music.tags[1] must be text (in quotes if it looks like a number), not 7."),
        ("place:\n  in_place: perhaps\n", "F:2:13: place.in_place must be true or false, not 'perhaps'."),
        ("music: loud\n", "F:1:8: music must be a section with 'name: value' lines, not 'loud'."),
        ("engines:\n  studio:\n    sound: x\n", "F:2:3: engines.studio lacks 'url'. (1 more problem in this file.)"),
        ("engines: {studio: {url: studio:8000}}\n", "F:1:25: engines.studio.url must be a URL like http://studio:8000."),
        ("engine: studo\nengines: {studio: {url: 'http://a'}}\n", "F:1:9: engine 'studo' is not known; write one of local, elevenlabs, studio, or the URL of a server; did you mean 'studio'?"),
        ("watch:\n  - path: .\n    profile: fil\nprofiles: {film: {}}\n", "F:3:14: there is no profile 'fil'; did you mean 'film'? Known profiles: film."),
        ("music:\n  seed: 1\n  seed: 2\n", "F:3:3: 'seed' stands twice (first in line 2); keep one."),
        ("music:\n\tseed: 1\n", "F:2:1: the line is indented with a tab; YAML wants spaces."),
        ("- a\n- b\n", "F:1:1: a configuration is 'name: value' lines, as `cutscore init` writes them."),
        ("music: !!python/object:os.system {}\n", "F:1:8: tags (!...) are not read in a configuration; write a plain value."),
        ("a: &a {seed: 1}\nmusic: {<<: *a}\n", "F:2:9: merge keys (<<) are not read; use `profiles` for shared settings."),
        ("music: [unclosed\n", "F:2:1: not YAML:"),
        (b"music: \xff\xfe\n", "F:1:8: the file is not UTF-8 text; save it as UTF-8."),
        (b"music: {description: \"a\x00b\"}\n", "F is not YAML: it holds characters that YAML does not allow."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str | bytes, said: str) -> None:
    """One sentence: file, line, column, what is wrong, what is allowed, the nearest name."""
    assert refusal(tmp_path, text).startswith(said)


@pytest.mark.parametrize(("written", "expected"), [("web", -14), ("R128", -23), ("-18.5", -18.5), ("EBU R 128", -23)])
def test_loudness_is_a_name_or_a_number(tmp_path: Path, written: str, expected: float) -> None:
    """Broadcasters' and platforms' targets are written by name."""
    path = tmp_path / "cutscore.yaml"
    path.write_text(f"music: {{loudness: {written}}}\n")
    assert expected == load_settings(path).music.loudness


def test_several_problems_are_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    """The first one in the file is told, with how many more there are."""
    said = refusal(tmp_path, "place: {gain_db: x}\nmusic: {seed: x}\nengines: {a: {url: 1}}\n")
    assert said.startswith("F:1:18: place.gain_db must be a number")
    assert said.endswith("(2 more problems in this file.)")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The sentence says what writes one."""
    with pytest.raises(ConfigError, match=r"does not exist; `cutscore init` writes one"):
        load_settings(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="is a folder, not a file"):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# only prose\n", "---\n", "music:\n", "music:\n  description:\n", "\ufeffmusic:\n"]
)
def test_a_file_that_says_nothing_means_the_defaults(tmp_path: Path, text: str) -> None:
    """Empty files, empty sections, names without values, a byte order mark."""
    assert Settings() == loaded(tmp_path, text)


def test_aliases_cannot_blow_the_file_up(tmp_path: Path) -> None:
    """Nine levels of ten aliases each (a thousand million values) are refused at once, a loop too."""
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "grows too large" in refusal(tmp_path, "\n".join(levels))
    assert "grows too large" in refusal(tmp_path, "music: &m\n  tags: [*m]\n")
    assert "nested too deeply" in refusal(tmp_path, "a: " + "[" * 5000 + "]" * 5000)


def test_an_alias_is_a_plain_copy(tmp_path: Path) -> None:
    """Anchors and aliases may be used to say a thing once."""
    settings_ = loaded(tmp_path, "music: {tags: &t [calm]}\nprofiles: {a: {music: {tags: *t}}}\n")
    assert ("calm",) == settings_.profiles["a"].music.tags


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    """Over 1 MB is no configuration."""
    assert "over 1 MB" in refusal(tmp_path, b"#" * 1_000_001)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=200), st.text(alphabet="abcmusic: \n-[]{}&*!#$'\"\t|>?,0", max_size=80).map(str.encode)
    )
)
def test_any_bytes_are_settings_or_one_sentence(tmp_path: Path, raw: bytes) -> None:
    """Whatever stands in the file, it is read or refused with ConfigError; nothing else ever comes out."""
    file = tmp_path / "any.yaml"
    file.write_bytes(raw)
    try:
        load_settings(file, environment={})
        said = ""
    except ConfigError as error:
        said = str(error)
    assert "\n" not in said


# Environment, paths, order


def test_variables_are_put_in_with_their_types(tmp_path: Path) -> None:
    """Whole values take the type they would have in the file; inside text they are text; $${ is ${."""
    made = loaded(
        tmp_path,
        'music:\n  seed: ${N}\n  description: "a ${WORD} day, $${N} as it is"\n  stems: ${YES}\n',
        N="12",
        WORD="calm",
        YES="true",
    ).music
    assert (12, "a calm day, ${N} as it is", True) == (made.seed, made.description, made.stems)


def test_a_variable_that_is_not_set_is_an_error_with_its_place(tmp_path: Path) -> None:
    """The sentence names line, column, variable and setting."""
    said = refusal(tmp_path, "music:\n  description: x ${NOPE}\n")
    assert said == "F:2:16: the environment variable NOPE of music.description is not set."
    assert "is no variable" in refusal(tmp_path, "music: {description: '${a-b}'}\n")


def test_a_variable_cannot_bring_structure(tmp_path: Path) -> None:
    """What a variable holds is a value, never YAML."""
    made = loaded(tmp_path, "music: {description: '${X}'}\n", X="a\nplace: {in_place: true}")
    assert made.place.in_place is False


def test_relative_paths_start_at_the_file_and_home_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the command is called from."""
    (tmp_path / "conf" / "media").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    file = tmp_path / "conf" / "cutscore.yaml"
    file.write_text("media: {search: [media]}\noutput: {folder: ~/cues}\n", encoding="utf-8")
    made = load_settings(file)
    assert (tmp_path / "conf" / "media",) == made.media.search
    assert tmp_path / "cues" == made.output.folder


def test_files_and_folders_that_must_exist(tmp_path: Path) -> None:
    """A search folder and a key file that are not there are told with their place."""
    said = refusal(tmp_path, "media:\n  search: [., nowhere]\n")
    assert said == f"F:2:15: media.search[1] is {tmp_path / 'nowhere'}, but there is no such folder."
    said = refusal(tmp_path, "engines:\n  elevenlabs:\n    api_key: {file: none.key}\n")
    assert said == f"F:3:21: engines.elevenlabs.api_key.file is {tmp_path / 'none.key'}, but there is no such file."


def test_the_order_in_which_a_configuration_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The given one, then ./cutscore.yaml, then the user's own, then none."""
    own = tmp_path / "own" / FILE_NAME
    own.parent.mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr("cutscore.config.load.user_config_file", lambda: own)
    assert find_config() is None
    own.write_text("music: {seed: 1}\n", encoding="utf-8")
    assert load_settings().music.seed == 1
    Path(FILE_NAME).write_text("music: {seed: 2}\n", encoding="utf-8")
    assert load_settings().music.seed == 2
    given_file = tmp_path / "given.yaml"
    given_file.write_text("music: {seed: 3}\n", encoding="utf-8")
    assert load_settings(given_file).music.seed == 3


def test_what_the_caller_says_goes_before_the_file(tmp_path: Path) -> None:
    """Also before a profile; what is not said stays."""
    base = loaded(tmp_path, "music: {seed: 2, sync: tight}\nprofiles: {p: {music: {seed: 3}}}\n", profile="p")
    made = override(base, engine="http://studio:8000", seed=4, tags=("calm",))
    assert (4, "tight", ("calm",), "http://studio:8000") == (
        made.music.seed,
        made.music.sync,
        made.music.tags,
        made.engine,
    )
    with pytest.raises(ConfigError, match=r"^seed must be at least 0, not -1"):
        override(base, seed=-1)
    with pytest.raises(ConfigError, match="engine 'studio' is not known; write one of local, elevenlabs"):
        override(base, engine="studio")


@pytest.mark.parametrize(
    ("text", "rate"), [("25", "25"), ("23.976", "24000/1001"), ("30000/1001", "30000/1001"), ("29.97", "30000/1001")]
)
def test_the_rate_of_an_edl_is_what_a_person_means(tmp_path: Path, text: str, rate: str) -> None:
    """With or without quotes; only an EDL is read at it, since every other format says its own."""
    for written in (text, f"'{text}'"):
        media = loaded(tmp_path, f"media: {{edl_rate: {written}}}\n").media
        assert Fraction(rate) == media.rate_for([Path("a.EDL")])
        assert media.rate_for([Path("a.otio")]) is None
    assert loaded(tmp_path, "").media.rate_for([Path("a.edl")]) is None


@pytest.mark.parametrize("text", ["fast", "0", "-25", "1/0", "nan", "1e9", "[25]", "yes"])
def test_what_is_no_rate_is_told(tmp_path: Path, text: str) -> None:
    """With its place and what a rate looks like."""
    assert refusal(tmp_path, f"media: {{edl_rate: {text}}}\n").startswith(
        "F:1:19: media.edl_rate must be a frame rate: 25, 23.976"
    )


# Profiles


def test_a_profile_overrides_only_what_it_says(tmp_path: Path) -> None:
    """engine, music, place and output; a default that is said explicitly counts as said."""
    text = """
music: {description: calm, sync: tight, seed: 5}
place: {gain_db: -3}
output: {preview: true}
profiles:
  trailer:
    engine: elevenlabs
    music: {description: dark, sync: natural}
    output: {preview: false}
"""
    plain, made = loaded(tmp_path, text), loaded(tmp_path, text, profile="trailer")
    assert ("local", "calm", "tight", True) == (
        plain.engine,
        plain.music.description,
        plain.music.sync,
        plain.output.preview,
    )
    assert ("elevenlabs", "dark", "natural", False) == (
        made.engine,
        made.music.description,
        made.music.sync,
        made.output.preview,
    )
    assert (5, -3.0) == (made.music.seed, made.place.gain_db)


def test_a_profile_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    """With the names of those that are."""
    with pytest.raises(ConfigError, match=r"no profile 'traler'; did you mean 'trailer'\? Known profiles: trailer"):
        loaded(tmp_path, "profiles: {trailer: {}}\n", profile="traler")


# Secrets


SECRET = "sk_0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    "text",
    [
        f"engines: {{elevenlabs: {{api_key: {SECRET}}}}}\n",
        f"engines: {{elevenlabs: {{api_key: {{env: {SECRET}}}}}}}\n",
        f"engines: {{elevenlabs: {{api_key: [{SECRET}]}}}}\n",
        f"engines: {{elevenlabs: {{api_key: {{file: {{a: {SECRET}}}}}}}}}\n",
        f"engines: {{elevenlabs: {{apikey: {SECRET}}}}}\n",
        f"engines: {{elevenlabs: {{api_key: {SECRET} : x}}}}\n",
        f"engines: {{elevenlabs: {{api_key: '{SECRET}}}}}\n",
        f"engines:\n  elevenlabs:\n    api_key: {SECRET}\n   bad: indent\n",
        f"engines: {{studio: {{url: 'http://me:{SECRET}@studio'}}}}\n",
        f"engine: http://me:{SECRET}@studio\n",
        f"ledger: {{database: [{SECRET}]}}\n",
        f"jobs: {{hooks: {{webhook_secret: {SECRET}}}}}\n",
        f"engines: {{elevenlabs: {{api_key: !key {SECRET}}}}}\n",
    ],
)
def test_a_key_in_the_file_is_refused_and_never_repeated(tmp_path: Path, text: str) -> None:
    """However it is written, the sentence does not hold it."""
    assert SECRET not in refusal(tmp_path, text)


def test_a_key_in_the_file_is_refused_with_advice(tmp_path: Path) -> None:
    """The sentence says where a key may be instead."""
    said = refusal(tmp_path, f"engines:\n  elevenlabs:\n    api_key: {SECRET}\n")
    assert said == (
        "F:3:14: engines.elevenlabs.api_key holds a secret in clear; name where it is found instead:"
        " {env: NAME}, {file: PATH} or {keyring: NAME}."
    )


def test_a_key_by_variable_is_kept_as_the_variables_name(tmp_path: Path) -> None:
    """`api_key: ${NAME}` never puts the key into the settings, and works before the variable is set."""
    made = loaded(tmp_path, "engines: {elevenlabs: {api_key: '${MY_KEY}'}}\n", MY_KEY=SECRET)
    source = made.engines["elevenlabs"].api_key
    assert source is not None
    assert source.env == "MY_KEY"
    assert SECRET not in repr(made)


def test_instruments_of_ones_own_are_found_from_the_configuration(tmp_path: Path) -> None:
    """Paths under music.instruments start at the folder of the file, and reach the request that is sent."""
    file = tmp_path / "cutscore.yaml"
    file.write_text("music:\n  instruments: {piano: own/upright.sfz}\n", encoding="utf-8")
    assert {"piano": tmp_path / "own" / "upright.sfz"} == load_settings(file).music.instruments
