package dev.querent.task.metric.caption;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a token may be. At each place the rule whose match is longest applies, of equally long ones the first; what is matched
 * behind the first group counts, but belongs to the next token. Repetitions are bounded, since Java's matcher recurses.
 */
final class PtbRules {

    /** What becomes of a token. */
    enum Kind {
        WORD,
        CLITIC,
        BLANKS_INSIDE,
        NAMED,
        TWO_WORDS,
        NOTHING,
        UNKNOWN
    }

    private record Rule(Kind kind, Pattern pattern) {}

    private static final String APOSTROPHE = "(?:['\u2019\u0092]|&apos;)";
    private static final String LETTER = "[\\p{L}\\p{M}\u00ad]";
    private static final String ALPHANUMERIC = "[\\p{L}\\p{M}\\p{Nd}\u00ad]";
    private static final String HYPHEN = "[-\u2010\u2011]";
    private static final String REST = "{0,200}";
    private static final String ACRONYM = "[A-Za-z](?:\\.[A-Za-z]){0,100}\\.";
    private static final String WORD = LETTER + ALPHANUMERIC + "*(?:[.!?]" + LETTER + ALPHANUMERIC + "*)" + REST;
    private static final String NUMBER = "(?:\\p{Nd}*(?:[.,:]\\p{Nd}+){1,200}|\\p{Nd}+)";
    private static final String CLITIC =
            "(?:'(?:[smdSMD]|(?i:re|ve|ll))(?![A-Za-z])" + "|(?:[\u2019\u0092]|&apos;)(?:[smdSMD]|(?i:re|ve|ll)))";
    private static final String NOT = "[nN](?:" + APOSTROPHE + "|`)[tT]";

    /** With their period also where a capital follows; found by trying all words of up to five letters. */
    private static final String ABBREVIATIONS =
            "a[lz]|cf|[cm]o|[cr]t|dr|ft|ga|[js]r|ky|lt|md|m[rst]|ph|rd|sq|st|va|v[st]|wm|adj|adm|adv"
                    + "|ala|apr|aug|ave|bhd|cie|col|cos|cpl|dak|dec|det|drs|ens|esq|est|etc|ext|feb|fla|fri|gen|gov|hon|inc|ind|jan"
                    + "|jos|jul|jun|kan|ltd|maj|mar|mfg|mme|mon|mrs|mtg|neb|nev|nov|oct|pfc|plc|pte|pty|pvt|rep|rev|sen|sep|seq|sfc"
                    + "|sgt|spc|ste|sys|tel|thu|tue|wed|wis|wyo|alex|ariz|assn|asst|atty|bldg|blvd|brig|bros|capt|cmdr|colo|conn"
                    + "|assoc|attys|calif|comdr|lieut|pptes|pptys|profs|supts|thurs|treas|messrs|bancorp|corp|dept|elec|govs|insp|intl|invt|kans|mich|minn|mlle|mont|msgr|natl|okla|penn|ppte|ppty|pres|prof|ptes"
                    + "|ptys|reps|sens|sept|supt|tenn|tues|univ|wisc";

    private static final String CAPITALISED = "Az|La|Pa|Ark|Del|Ill|Ore|Tex|Mass|Miss|Wash";

    /** A single letter loses its period before these: they begin sentences. */
    private static final String STARTS =
            "A|An|As|At|He|If|In|It|So|We|But|Her|Now|One|Our|She|The|Yet|You|Here|Last|Many|More|Once"
                    + "|Some|Such|That|Then|They|This|What|When|Other|While|Their|About|After|There|Since|These|Additionally|Earlier"
                    + "|However|According";

    /** Tokens by themselves; what stands nowhere here vanishes, as emoji do. */
    private static final String SYMBOLS =
            "\u00a1-\u00ff\u037e\u0387\u0589\u05be\u060c\u061b\u061f\u066a\u06d4\u0964\u0965"
                    + "\u0e3f\u2016\u2017\u201a\u201e-\u2023\u2030-\u2038\u203b\u203e-\u2042\u2044\u2070-\u208e\u20a4\u2100-\u2bff"
                    + "\u3001\u3002\u3012\u30fb\uff01-\uff20\uff3b-\uff40\uff5b-\uff65\uffe0-\uffe6";

    private static final List<Rule> RULES = List.of(
            rule(Kind.NOTHING, "([\\s\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|&nbsp;)"),
            rule(Kind.TWO_WORDS, "((?i:cannot|gonna|gotta|lemme|gimme|wanna))"),
            rule(Kind.TWO_WORDS, "((?i:" + APOSTROPHE + "t(?:is|was)|more" + APOSTROPHE + "n))"),
            rule(Kind.WORD, "(" + LETTER + "*[\\p{L}&&[^nN]])" + NOT),
            rule(Kind.WORD, "(" + WORD + ")" + CLITIC),
            rule(Kind.CLITIC, "(" + CLITIC + ")"),
            rule(Kind.CLITIC, "(" + NOT + ")"),
            rule(Kind.WORD, "(" + apostropheWord() + ")"),
            rule(Kind.WORD, "(" + WORD + ")"),
            rule(Kind.WORD, "([dDoOlL](?:" + APOSTROPHE + "|`)" + ALPHANUMERIC + "{2,})"),
            rule(Kind.WORD, "([A-Za-z])\\.(?=\\s+(?:" + STARTS + ")\\s)"),
            rule(Kind.WORD, "(" + ACRONYM + "|[Pp][Hh]\\.?[Dd]\\.)"),
            rule(Kind.WORD, "((?:(?i:" + ABBREVIATIONS + ")|" + CAPITALISED + ")\\.)"),
            rule(Kind.WORD, "((?i:ca|nos?|op|pp|p|art|figs?|prop)\\.)\\s*\\p{Nd}"),
            rule(Kind.WORD, "(" + ALPHANUMERIC + "+)"),
            rule(
                    Kind.WORD,
                    "(" + ALPHANUMERIC + "[A-Za-z0-9.,\u00ad]*(?:" + HYPHEN + "(?:[A-Za-z](?:\\.[A-Za-z]){1,100}\\.|"
                            + ALPHANUMERIC + "+)){1,200})"),
            rule(Kind.WORD, "([A-Za-z0-9]+(?:-[A-Za-z]+){0,2}(?:\\\\?/[A-Za-z0-9]+(?:-[A-Za-z]+){0,2}){1,2})"),
            rule(Kind.WORD, "([A-Z]+(?:(?:[+&]|&amp;)[A-Z]+){1,100})"),
            rule(Kind.WORD, "([Cc]\\+\\+|[CcFf]#)"),
            rule(Kind.WORD, "([-+]?" + NUMBER + ")"),
            rule(Kind.BLANKS_INSIDE, "((?:\\p{Nd}{1,4}[- \u00a0])?\\p{Nd}{1,4}(?:\\\\?/|\u2044)\\p{Nd}{1,4})"),
            rule(Kind.WORD, "(\\p{Nd}{1,2}[-/]\\p{Nd}{1,2}[-/]\\p{Nd}{2,4})"),
            rule(
                    Kind.BLANKS_INSIDE,
                    "((?:\\(\\d{2,3}\\)[ \u00a0]?|(?:\\+\\+?)?(?:\\d{2,4}[- \u00a0])?\\d{2,4}[- \u00a0])\\d{3,4}[- \u00a0]?\\d{3,5})"),
            rule(Kind.WORD, "([A-Z]+\\$)"),
            rule(
                    Kind.BLANKS_INSIDE,
                    "(</?[A-Za-z][A-Za-z0-9_:.-]*(?: +[A-Za-z][A-Za-z0-9_:.-]*(?:=(?:\"[^\">]{0,500}\"|'[^'>]{0,500}'|[A-Za-z0-9_:.-]+))?){0,50} */?>)"),
            rule(Kind.BLANKS_INSIDE, "(<[!?][A-Za-z-][^>\r\n]{0,2000}>)"),
            rule(
                    Kind.WORD,
                    "(<?[A-Za-z0-9][^\\s\"<>|(){}\u00a0]{0,200}@[^\\s\"<>|(){}.\u00a0]+(?:\\.[^\\s\"<>|(){}.\u00a0]+){0,50}>?)"),
            rule(Kind.WORD, "(@[\\p{L}_][\\p{L}\\p{M}\\p{Nd}_]*|#" + LETTER + "+|&#\\p{Nd}+;)"),
            rule(Kind.WORD, "(https?://[^\\s\"<>|(){}\u00a0]+[^\\s\"<>|.!?(){},\u00a0-])"),
            rule(
                    Kind.WORD,
                    "(" + ALPHANUMERIC + "+(?:-" + ALPHANUMERIC + "+){0,50}(?:_" + ALPHANUMERIC + "+(?:-" + ALPHANUMERIC
                            + "+){0,50}){1,50})"),
            rule(Kind.WORD, "((?:" + WORD + "|" + ALPHANUMERIC + "+(?:-" + ALPHANUMERIC + "+){0,50})\\.)[,;:]"),
            rule(Kind.BLANKS_INSIDE, "([<>]?[:;=]['o*-]?[()DPdpO\\\\{@|\\[\\]])(?![A-Za-z0-9])"),
            rule(Kind.BLANKS_INSIDE, "(\\(?\\^_\\^\\)?|-_-|[oO]_[oO]|[tT]_[tT])"),
            rule(Kind.WORD, "([!?]{2,}|@{2,}|#{2,}|<<|>>|\\*+|_+|-{5,}|\\\\\\*)"),
            rule(
                    Kind.NOTHING,
                    "(``|''|['\"`\u2018\u2019\u201c\u201d\u2039\u203a\u00ab\u00bb]|&quot;|-{1,4}|[\u2010-\u2015]|&mdash;)"),
            rule(Kind.NOTHING, "(\\.{3}|[.?!,:;\u2026])"),
            rule(
                    Kind.NAMED,
                    "((?i:&(?:amp|lt|gt);)|[()\\[\\]{}\u00a3\u20ac\u00a2\u00a4\u0080\u20a0\u00bc-\u00be\u2153\u2154])"),
            rule(Kind.WORD, "([/%$#@&*+=<>^~|\\\\_" + SYMBOLS + "])"));

    private PtbRules() {}

    private static Rule rule(Kind kind, String expression) {
        return new Rule(kind, Pattern.compile(expression));
    }

    /** Words that keep an apostrophe at or near one of their ends. */
    private static String apostropheWord() {
        return APOSTROPHE + "[nN]" + APOSTROPHE + "|'[nN](?!" + ALPHANUMERIC + ")|[\u2019\u0092][nN]"
                + "|[lLdDjJ]" + APOSTROPHE
                + "|[oO]l" + APOSTROPHE
                + "|" + APOSTROPHE + "(?:em|till?|cause|[2-9]0[sS]|\\p{Nd}\\p{Nd}(?=\\s|$))"
                + "|[yY]" + APOSTROPHE
                + "|[A-HJ-XZn](?:" + APOSTROPHE + "|`)" + LETTER + "{2,}"
                + "|" + LETTER + "+[aeiouyAEIOUY](?:" + APOSTROPHE + "|`)[aeiouA-Z]" + LETTER + "*"
                + "|(?i:o" + APOSTROPHE + "clock|ma" + APOSTROPHE + "ams?|[eo]" + APOSTROPHE + "er|ne" + APOSTROPHE
                + "er|c" + APOSTROPHE + "(?:mon|est))";
    }

    static Matcher[] matchers(String text) {
        return RULES.stream()
                .map(rule ->
                        rule.pattern().matcher(text).useTransparentBounds(true).useAnchoringBounds(false))
                .toArray(Matcher[]::new);
    }

    static Kind kind(int rule) {
        return RULES.get(rule).kind();
    }

    /** Where a word of two is cut. */
    static int cut(String word) {
        return switch (word) {
            case "gotta", "wanna", "cannot", "gonna", "lemme", "gimme" -> 3;
            default -> word.startsWith("more") ? 4 : 2;
        };
    }
}
