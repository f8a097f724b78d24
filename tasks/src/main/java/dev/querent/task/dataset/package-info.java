/**
 * Data sets that need no account: one is generated, one is fetched with the machine's package client. Uses data, image,
 * text and random of the framework.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.task.dataset;
