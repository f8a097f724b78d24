/**
 * The local page, {@code querent ui}: what runs and studies have come to, and a box to try a trained model. A server of few
 * routes over the JDK's own. Trusts neither who asks nor what lies in the folders: whatever is served was found by listing, never by a
 * path that was asked for.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.app.page;
