package dev.querent.report;

/**
 * A picture on a page.
 *
 * @param link from the page's folder to its file
 * @param png its bytes
 */
record Picture(String link, byte[] png) {}
