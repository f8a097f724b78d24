package dev.querent.data;

import java.util.List;

/** What a data set may implement that knows what is wrong with its files beside their samples. */
public interface Checkable {

    /** What is wrong, a sentence each with the file and the key; the first few of each kind, and how many more there are. */
    List<String> problems();
}
