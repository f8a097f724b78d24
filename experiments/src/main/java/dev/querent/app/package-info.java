/**
 * The application: what a user calls. May use every other package.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.app;
