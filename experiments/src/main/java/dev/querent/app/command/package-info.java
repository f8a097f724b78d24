/**
 * One class a subcommand of {@code querent}. A command reads its arguments and calls the framework; what goes wrong is thrown,
 * and told by {@link dev.querent.app.command.ErrorReport} alone.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.app.command;
