package dev.querent.data;

/** The samples of one split, by index. Thread-safe; equal calls give equal samples. */
public interface SampleList {
    int size();

    Sample get(int index);
}
