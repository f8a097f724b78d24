/** How captions are scored against those of people: tokens as COCO's scorers see them, BLEU, ROUGE-L and CIDEr-D on them. */
@org.jspecify.annotations.NullMarked
package dev.querent.task.metric.caption;
