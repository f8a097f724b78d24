package dev.querent.task.dataset;

/**
 * One version of a package, fixed to the byte.
 *
 * @param integrity {@code sha512-} and the Base64 digest of the package file
 */
record NpmPackage(String name, String version, String integrity) {

    /** As the package client writes it. */
    String specification() {
        return name + "@" + version;
    }
}
