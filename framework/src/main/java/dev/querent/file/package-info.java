/** Files that are there whole or not at all, and folders of files. Leaf. */
@org.jspecify.annotations.NullMarked
package dev.querent.file;
