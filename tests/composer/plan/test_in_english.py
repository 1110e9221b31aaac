"""Other languages: the forty commonest mood words of each, keys, refusals; what is not understood is told."""

from __future__ import annotations

import pytest

from cutscore_composer.plan.in_english import in_english
from cutscore_composer.plan.lexicon import mood_of
from cutscore_composer.plan.words import read_words

BRIGHT = {
    "de": "fröhlich glücklich heiter lustig verspielt hoffnungsvoll optimistisch romantisch positiv triumphal",
    "fr": "joyeux heureux gai drôle espiègle optimiste romantique positif triomphant inspirant",
    "es": "alegre feliz divertido juguetón esperanzador romántico positivo optimista triunfal inspirador",
    "ja": "明るい 楽しい 嬉しい 幸せ コミカル 希望 ロマンチック かわいい 爽やか 前向き",
    "zh": "快乐 开心 欢快 幸福 搞笑 俏皮 希望 浪漫 励志 阳光",
}
DARK = {
    "de": "traurig düster dunkel melancholisch einsam bedrohlich unheimlich gruselig geheimnisvoll tragisch",
    "fr": "triste sombre mélancolique solitaire tragique menaçant effrayant lugubre mystérieux inquiétant",
    "es": "triste oscuro melancólico solitario trágico amenazante aterrador lúgubre misterioso siniestro",
    "ja": "悲しい 暗い 切ない 寂しい 不気味 怖い 憂鬱 ミステリアス 不吉 悲劇的",
    "zh": "悲伤 黑暗 忧郁 孤独 恐怖 诡异 神秘 压抑 伤感 阴森",
}
CALM = {
    "de": "ruhig sanft friedlich entspannt verträumt leise zart nachdenklich meditativ gelassen",
    "fr": "calme doux paisible relaxant rêveur serein tendre pensif apaisant contemplatif",
    "es": "tranquilo suave apacible relajante soñador sereno tierno reflexivo calmado contemplativo",
    "ja": "静か 穏やか 優しい リラックス 癒し 落ち着いた 夢のよう 柔らか 安らか ゆったり",
    "zh": "平静 安静 温柔 放松 舒缓 梦幻 宁静 轻柔 祥和 治愈",
}
DRIVEN = {
    "de": "episch kraftvoll energisch aggressiv dramatisch heroisch aufregend treibend mächtig wütend",
    "fr": "épique puissant énergique agressif dramatique héroïque excitant grandiose furieux dynamique",
    "es": "épico poderoso enérgico agresivo dramático heroico emocionante grandioso furioso potente",
    "ja": "壮大 力強い エネルギッシュ 激しい ドラマチック 英雄的 興奮 迫力 怒り 疾走感",
    "zh": "史诗 震撼 活力 激烈 戏剧性 英雄 激动 有力 愤怒 宏大",
}
LANGUAGES = ("de", "fr", "es", "ja", "zh")


IN_A_SENTENCE = {"de": "{} und", "fr": "musique {}", "es": "música {}", "ja": "{}曲です", "zh": "{}的音乐"}


def understood(word: str, language: str) -> tuple[float, float]:
    """Valence and energy of one word in a few more that say nothing; fails when there is none."""
    mood = mood_of(in_english(IN_A_SENTENCE[language].format(word)).text)
    assert mood is not None, word
    return mood.valence, mood.energy


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commonest_mood_words_point_the_right_way(language: str) -> None:
    """Ten bright, ten dark, ten calm and ten driven words each are bright, dark, calm and driven, all alone."""
    for words, right in (
        (BRIGHT, lambda valence, energy: valence > 0.2),
        (DARK, lambda valence, energy: valence < -0.2),
        (CALM, lambda valence, energy: energy < 0.35),
        (DRIVEN, lambda valence, energy: energy > 0.6),
    ):
        wrong = [word for word in words[language].split() if not right(*understood(word, language))]
        assert [] == wrong


@pytest.mark.parametrize(
    ("text", "wanted", "refused", "only"),
    [
        ("ruhige Klaviermusik ohne Schlagzeug", ("piano",), ("drums",), ()),
        ("nur Streicher, kein Klavier", (), ("piano",), ("strings",)),
        ("sans batterie ni guitare", (), ("drums", "guitar"), ()),
        ("uniquement du piano et des cordes", (), (), ("piano", "strings")),
        ("sin batería, con guitarra", ("guitar",), ("drums",), ()),
        ("solo piano y violín, triste", (), (), ("piano", "violin")),
        ("ピアノとチェロ、ドラムなし", ("piano", "cello"), ("drums",), ()),
        ("ピアノだけ", (), (), ("piano",)),
        ("ギターとドラムなし", (), ("guitar", "drums"), ()),
        ("吉他和钢琴，不要鼓", ("guitar", "piano"), ("drums",), ()),
        ("只有钢琴", (), (), ("piano",)),
        ("没有人声，小提琴", ("violin",), ("vocals",), ()),
    ],
)
def test_instruments_in_other_languages(
    text: str, wanted: tuple[str, ...], refused: tuple[str, ...], only: tuple[str, ...]
) -> None:
    """Wanted, refused and alone, before or after the name as each language says it."""
    asked = read_words(text)
    assert (wanted, refused, only) == (asked.wanted, asked.refused, asked.only)


@pytest.mark.parametrize(
    ("text", "tonic", "mode"),
    [
        ("in d-Moll", "D", "minor"),
        ("Es-Dur", "Eb", "major"),
        ("fis-Moll, traurig", "F#", "minor"),
        ("H-Dur", "B", "major"),
        ("B-Dur", "Bb", "major"),
        ("fa dièse mineur", "F#", "minor"),
        ("si bémol majeur, lent", "Bb", "major"),
        ("mi menor", "E", "minor"),
        ("la bemol mayor", "Ab", "major"),
        ("ニ短調", "D", "minor"),
        ("変ロ長調", "Bb", "major"),
        ("嬰ヘ短調のワルツ", "F#", "minor"),
        ("D小调", "D", "minor"),
        ("降B大调", "Bb", "major"),
    ],
)
def test_keys_in_other_languages(text: str, tonic: str, mode: str) -> None:
    """Keys as musicians of each language write them."""
    asked = read_words(text)
    assert (tonic, mode) == (asked.tonic, asked.mode)


@pytest.mark.parametrize("text", ["langsam", "lent, triste", "muy lento, triste", "ゆっくり", "缓慢"])
def test_slow_is_slow_everywhere(text: str) -> None:
    """Tempo words too."""
    bpm = read_words(text).bpm_range
    assert bpm is not None
    assert bpm[1] <= 80


@pytest.mark.parametrize(
    "text", ["a slow waltz in D minor", "solo piano", "film noir, grave", "adagio, con fuoco", "no drums", "art deco"]
)
def test_english_comes_back_as_it_was(text: str) -> None:
    """No word of an English text is taken for another language's."""
    assert text == in_english(text).text


@pytest.mark.parametrize("text", ["грустная музыка", "موسيقى حزينة", "슬픈 음악", "🔥🎬😢", "เพลงเศร้า"])
def test_other_scripts_are_answered_with_a_warning(text: str) -> None:
    """What cannot be read is named, and nothing is guessed from it."""
    asked = read_words(text)
    assert any(text.split()[0] in warning for warning in asked.warnings)
    assert mood_of(asked.mood_text) is None


@pytest.mark.parametrize(
    "text", ["smutna muzyka fortepianowa", "surullista pianomusiikkia metsään", "veselá hudba pro rodinu"]
)
def test_other_languages_are_answered_with_a_warning(text: str) -> None:
    """Latin letters of a language that is not known."""
    assert any("no language" in warning for warning in read_words(text).warnings)


@pytest.mark.parametrize(
    "text", ["sad piano in D minor, no drums", "traurige Klaviermusik im Regen", "Synthwave, neon, 100 bpm"]
)
def test_what_is_understood_is_not_warned_of(text: str) -> None:
    """Silence where all went well."""
    assert () == read_words(text).warnings
