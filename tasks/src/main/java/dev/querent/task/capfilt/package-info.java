/**
 * CapFilt (BLIP-2 section 3.4): captions written by a model beside those from the web, and the best of both kept.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.task.capfilt;
