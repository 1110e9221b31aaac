"""The server's description of itself at /openapi.json: every field, limit, enum, answer and error of the contract."""

from __future__ import annotations

from typing import Any

from cutscore_composer import __version__
from cutscore_composer.contract import (
    CHARACTER_COST,
    CURRENT_REQUESTS,
    DEFAULT_FORMAT,
    DEFAULT_MODEL,
    FILE_FIELD,
    FORMATS,
    KEY_HEADER,
    MAXIMUM_REQUESTS,
    MODELS,
    MOST_FILES,
    MOST_SECONDS,
    MOST_SEED,
    MOST_TAGS,
    PATH,
    REQUEST_ID,
    SEED,
    SONG_ID,
)
from cutscore_composer.server.settings import ServerSettings

Json = dict[str, Any]

_ERROR = {"$ref": "#/components/schemas/Error"}
_INVALID = {"$ref": "#/components/schemas/HTTPValidationError"}
_RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}


def description(settings: ServerSettings) -> Json:
    """The OpenAPI document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Cutscore",
            "version": __version__,
            "description": "Music for a picture: the video-to-music endpoint, composed on this machine.",
        },
        "paths": {
            PATH: {"post": _score(settings)},
            f"{PATH}/{{song_id}}/cue": {"get": _cue(settings)},
            "/health": {"get": _health("health", "Whether requests for music can be taken.")},
            "/health/live": {"get": _health("live", "Whether the process answers.", always=True)},
            "/health/ready": {"get": _health("ready", "Whether requests for music can be taken.")},
            "/metrics": {"get": _metrics()},
        },
        "components": {"schemas": _schemas(settings), "securitySchemes": _SECURITY},
    }


_SECURITY: Json = {"ApiKey": {"type": "apiKey", "in": "header", "name": KEY_HEADER}}


def _score(settings: ServerSettings) -> Json:
    return {
        "tags": ["music-generation"],
        "summary": "Video To Music",
        "operationId": "video_to_music",
        "description": (
            "Generate background music from one or more video files. Videos are combined in order. "
            "Optional description and style tags influence the generated music."
        ),
        "security": [{"ApiKey": []}] if settings.keys else [{}, {"ApiKey": []}],
        "parameters": [
            {
                "name": "output_format",
                "in": "query",
                "required": False,
                "description": "codec_samplerate[_bitrate] of the music. " + _tiers(),
                "schema": {"type": "string", "enum": list(FORMATS), "default": DEFAULT_FORMAT},
            },
            {
                "name": "enable_logging",
                "in": "query",
                "required": False,
                "description": "When false, neither description nor tags stand in the server's log.",
                "schema": {"type": "boolean", "default": True},
            },
            {
                "name": KEY_HEADER,
                "in": "header",
                "required": False,
                "description": "Your API key; needed where the server has keys.",
                "schema": {"type": "string"},
            },
        ],
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {"$ref": "#/components/schemas/VideoToMusic"},
                    "encoding": {FILE_FIELD: {"contentType": "video/*, application/octet-stream"}},
                }
            },
        },
        "responses": {
            "200": _music(),
            "400": _refusal("The body is no readable multipart form."),
            "401": _refusal("The API key is missing (needs_authorization) or unknown (invalid_api_key)."),
            "403": _refusal("The format is for a higher plan than the key's (only_for_creator+, only_for_pro+)."),
            "408": _refusal("The upload stopped or is too slow."),
            "422": {"description": "Validation Error", "content": {"application/json": {"schema": _INVALID}}},
            "429": _refusal(
                "Too many requests of this key are open (too_many_concurrent_requests), or the server has all the "
                "work it can take (system_busy).",
                _RETRY,
            ),
            "500": _refusal("The engine or the server failed."),
            "503": _refusal("The server's disk is full (system_busy).", _RETRY),
        },
    }


def _tiers() -> str:
    return " ".join(f"{form.name} is for the plan {form.tier} and above." for form in FORMATS.values() if form.tier)


def _music() -> Json:
    types = dict.fromkeys(form.content_type for form in FORMATS.values())
    binary = {"schema": {"type": "string", "format": "binary"}}

    def text(about: str) -> Json:
        return {"description": about, "schema": {"type": "string"}}

    def number(about: str) -> Json:
        return {"description": about, "schema": {"type": "integer", "minimum": 0}}

    return {
        "description": (
            "The music, exactly as long as the videos together. Content-Type and file extension follow "
            "output_format; a ZIP of tracks with separate_tracks or stems."
        ),
        "content": {**dict.fromkeys(types, binary), "application/zip": binary},
        "headers": {
            SONG_ID: text("Identifies the music."),
            REQUEST_ID: text("Identifies the request."),
            CHARACTER_COST: number("What it cost: nothing."),
            CURRENT_REQUESTS: number("Requests of this key that were open, this one included."),
            MAXIMUM_REQUESTS: number("Requests of this key that may be open at once."),
            SEED: number("The seed of the music: the same videos, words and seed give the same music again."),
            "Link": text('Where the cue file is for a while: rel="describedby".'),
            "Content-Disposition": text("The music's file name."),
        },
    }


def _refusal(about: str, headers: Json | None = None) -> Json:
    return {
        "description": about,
        "content": {"application/json": {"schema": _ERROR}},
        **({"headers": headers} if headers else {}),
    }


def _cue(settings: ServerSettings) -> Json:
    return {
        "tags": ["music-generation"],
        "summary": "Cue File",
        "operationId": "cue",
        "description": (
            f"The cue file of a song (key, tempo map, beats, sections, hits) for {settings.cue_minutes:g} minutes "
            "after it was made, on the machine that made it, for the key it was made for."
        ),
        "security": [{"ApiKey": []}] if settings.keys else [{}, {"ApiKey": []}],
        "parameters": [{"name": "song_id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": {
            "200": {"description": "The cue file.", "content": {"application/json": {"schema": {"type": "object"}}}},
            "401": _refusal("The API key is missing or unknown."),
            "404": _refusal("There is none, or no longer (cue_not_found)."),
        },
    }


def _health(name: str, about: str, *, always: bool = False) -> Json:
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}}
    responses = {"200": {"description": "Yes.", **answer}}
    if not always:
        responses["503"] = {"description": "No: the disk is full.", **answer}
    return {"tags": ["server"], "summary": about, "operationId": name, "responses": responses}


def _metrics() -> Json:
    text = {"text/plain": {"schema": {"type": "string"}}}
    return {
        "tags": ["server"],
        "summary": "Counters in the text format of Prometheus.",
        "operationId": "metrics",
        "responses": {"200": {"description": "The counters of all workers of this machine.", "content": text}},
    }


def _schemas(settings: ServerSettings) -> Json:
    def switch(about: str) -> Json:
        return {"type": "boolean", "default": False, "description": about}

    form = {
        FILE_FIELD: {
            "type": "array",
            "items": {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"},
            "minItems": 1,
            "maxItems": MOST_FILES,
            "description": (
                f"1 to {MOST_FILES} video files, combined in the order sent; together at most 200 MB and "
                f"{MOST_SECONDS} seconds. The name {FILE_FIELD}[] means the same."
            ),
        },
        "description": {
            "type": "string",
            "minLength": 1,
            "maxLength": settings.description_limit,
            "description": "What the music is to be, in words.",
        },
        "tags": {
            "type": "array",
            "items": {"type": "string"},
            "maxItems": MOST_TAGS,
            "description": "Style tags, as repeated parts. The name tags[] means the same.",
        },
        "model_id": {"type": "string", "enum": list(MODELS), "default": DEFAULT_MODEL},
        "sign_with_c2pa": switch("Sign the music with C2PA; mp3 formats only."),
        "add_sfx": switch("Mix sound effects cued from the picture under the music."),
        "separate_tracks": switch("Answer with a ZIP of a music and an effects track that sum to the mix."),
        "use_audio_as_reference": switch("Follow the tempo, key, loudness and brightness of the videos' own sound."),
        "seed": {
            "type": "integer",
            "minimum": 0,
            "maximum": MOST_SEED,
            "description": "Cutscore's own: the same number, the same music. Left out, one is drawn and told.",
        },
        "loudness": {
            "type": "string",
            "pattern": r"^(web|stream|R128|A/85|-\d{1,2}(\.\d+)?)$",
            "description": "Cutscore's own: a target by name (web, stream, R128, A/85) or in LUFS, -40 to -8.",
        },
        "stems": switch("Cutscore's own: answer with a ZIP of the stems, which sum to the music."),
    }
    row = {
        "type": "object",
        "required": ["loc", "msg", "type"],
        "properties": {
            "loc": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
            "msg": {"type": "string"},
            "type": {"type": "string"},
        },
    }
    detail = {
        "type": "object",
        "required": ["status", "message"],
        "properties": {"status": {"type": "string"}, "message": {"type": "string"}},
    }
    return {
        "VideoToMusic": {"type": "object", "required": [FILE_FIELD], "properties": form},
        "Error": {"type": "object", "required": ["detail"], "properties": {"detail": detail}},
        "ValidationError": row,
        "HTTPValidationError": {
            "type": "object",
            "required": ["detail"],
            "properties": {"detail": {"type": "array", "items": {"$ref": "#/components/schemas/ValidationError"}}},
        },
        "Health": {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}},
    }
