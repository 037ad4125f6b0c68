/** What goes over the wire between Laconic's services and its models in Triton. */
@NullMarked
package ai.laconic.triton.contract;

import org.jspecify.annotations.NullMarked;
