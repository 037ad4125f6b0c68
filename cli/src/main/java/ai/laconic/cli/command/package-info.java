/** What a person types. A command parses, calls and prints; it decides nothing. */
@NullMarked
package ai.laconic.cli.command;

import org.jspecify.annotations.NullMarked;
