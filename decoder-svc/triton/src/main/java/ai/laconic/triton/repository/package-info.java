/**
 * Writes model repositories for Triton: {@code NAME/config.pbtxt}, generated from a checkpoint's
 * configs so that widths and names can't drift, and {@code NAME/1/} with the Python model.
 */
@NullMarked
package ai.laconic.triton.repository;

import org.jspecify.annotations.NullMarked;
