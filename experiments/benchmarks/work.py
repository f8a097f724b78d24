"""Operations of one training step on each side, by precision: products of matrices alone, a multiplication and an addition counted as two."""
from models import CAPTIONS, LAYERS, MLP, QUERIES, SHARED, VISION, WIDTH

CROSSINGS = LAYERS // 2
VISUAL_TOKENS = 257
PADDED = 32
BERT_WORDS, OPT_WORDS = 30523, 50272
# How often a product is computed: forward, for the gradient of the input, for that of the weights.
FROZEN, PASSED_ON, WITHOUT_INPUT, TRAINED = 1, 2, 2, 3

LENGTHS = [len(text.split()) + 2 for text in CAPTIONS]  # [CLS] and [SEP]; </s> and the line break
MEAN, LONGEST = sum(LENGTHS) / len(LENGTHS), max(LENGTHS)


def linear(tokens, inner, outer):
    return 2 * tokens * inner * outer


def attention(queries, keys, width):
    return 4 * queries * keys * width


def dense(tokens, width=WIDTH, mlp=MLP):
    """A layer's linear parts behind queries, keys and values."""
    return linear(tokens, width, width) + 2 * linear(tokens, width, mlp)


def block(tokens, queries=None, keys=None, width=WIDTH, mlp=MLP, kept=None):
    """A layer over tokens without padding; its attention is computed with it."""
    queries = tokens if queries is None else queries
    return (linear(tokens, width, 3 * width) + attention(queries, queries if keys is None else keys, width)
            + dense(tokens if kept is None else kept, width, mlp))


def vision():
    return linear(VISUAL_TOKENS - 1, 3 * 14 * 14, VISION) + (LAYERS * 2 - 1) * block(VISUAL_TOKENS, width=VISION, mlp=4 * VISION)


def keys_and_values():
    return CROSSINGS * linear(VISUAL_TOKENS, VISION, 2 * WIDTH)


def cross():
    return CROSSINGS * (linear(QUERIES, WIDTH, 2 * WIDTH) + attention(QUERIES, VISUAL_TOKENS, WIDTH))


def query_pass():
    return LAYERS * block(QUERIES) + cross()


def head(tokens):
    return linear(tokens, WIDTH, WIDTH) + linear(tokens, WIDTH, BERT_WORDS)


def representation(side):
    heads = linear(QUERIES + 1, WIDTH, SHARED) + 3 * linear(QUERIES, WIDTH, 2)
    if side == "PyTorch":
        text = LAYERS * block(PADDED)
        match = LAYERS * block(QUERIES + PADDED) + cross()
        caption = LAYERS * block(PADDED, keys=QUERIES + PADDED) + head(PADDED)
        return TRAINED * (4 * keys_and_values() + query_pass() + text + 3 * match + caption + heads)
    text = (LAYERS - 1) * block(MEAN, LONGEST) + block(MEAN, LONGEST, kept=1)
    both = QUERIES + MEAN
    match = (LAYERS - 1) * block(both, QUERIES + LONGEST) + block(both, QUERIES + LONGEST, kept=QUERIES) + cross()
    caption = ((LAYERS - 1) * block(MEAN, LONGEST, QUERIES + LONGEST) + block(MEAN, LONGEST, QUERIES + LONGEST, kept=MEAN - 1)
               + head(MEAN - 1))
    return WITHOUT_INPUT * keys_and_values() + TRAINED * (query_pass() + text + 3 * match + caption + heads)


def soft_prompt(side):
    return ((TRAINED if side == "PyTorch" else WITHOUT_INPUT) * keys_and_values()
            + TRAINED * (query_pass() + linear(QUERIES, WIDTH, WIDTH)))


def language(side):
    length = QUERIES + LONGEST
    scored = length if side == "PyTorch" else MEAN
    mixed = LAYERS * attention(length, length, WIDTH)
    return PASSED_ON * (LAYERS * block(length) + linear(scored, WIDTH, OPT_WORDS)) + mixed  # attention is differentiated twice


def step(side, stage, precision):
    """Of the batch: {precision: operations}."""
    frozen = vision() * FROZEN + (language(side) if stage == 2 else 0)
    trained = representation(side) if stage == 1 else soft_prompt(side)
    counted = {"fp32": 0, "bf16": 0}
    counted["bf16" if precision == "mixed" else "fp32"] += trained * len(CAPTIONS)
    counted["fp32" if precision == "fp32" else "bf16"] += frozen * len(CAPTIONS)
    return counted


if __name__ == "__main__":
    for stage in [1, 2]:
        for side in ["PyTorch", "Querent"]:
            print(f"stage {stage}, {side}: {step(side, stage, 'fp32')['fp32'] / 1e12:.3f} TFLOP")
