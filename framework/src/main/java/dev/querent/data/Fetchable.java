package dev.querent.data;

import dev.querent.progress.Progress;

/**
 * What a data set's Config may implement where its data can be got by a program. {@code run} calls {@link #fetch} when
 * building the data set throws {@link MissingDataException}, then builds it again; {@code data fetch NAME} calls it on the
 * defaults.
 */
public interface Fetchable {

    /**
     * Gets the data and puts it below the folder, whole or not at all. Does nothing where it is there already.
     *
     * @param folder where fetched data sets live
     * @throws MissingDataException where it can't be got; the message says what to do
     */
    void fetch(DataFolder folder, Progress progress);
}
