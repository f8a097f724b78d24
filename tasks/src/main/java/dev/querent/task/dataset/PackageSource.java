package dev.querent.task.dataset;

import java.io.IOException;
import java.nio.file.Path;

/** Gets packages. */
@FunctionalInterface
interface PackageSource {

    /**
     * Gets a package and checks that it is the pinned one.
     *
     * @param folder empty; receives the package's file
     * @throws dev.querent.data.MissingDataException where the package client isn't there or can't get it
     * @throws IOException where it is another package than the pinned one
     */
    PackageArchive open(NpmPackage source, Path folder) throws IOException;
}
