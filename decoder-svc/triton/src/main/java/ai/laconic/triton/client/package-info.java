/** What every client of Laconic's models in Triton needs, whichever model it is. */
@NullMarked
package ai.laconic.triton.client;

import org.jspecify.annotations.NullMarked;
