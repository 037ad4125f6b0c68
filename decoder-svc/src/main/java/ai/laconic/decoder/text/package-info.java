/** Text: the characters of an answer as its tokens come, up to the first stop string. */
@NullMarked
package ai.laconic.decoder.text;

import org.jspecify.annotations.NullMarked;
