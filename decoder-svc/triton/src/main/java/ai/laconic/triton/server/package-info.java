/**
 * A real Triton server on this machine, for laptops and tests: installed into a Python environment
 * of its own from the wheel {@code nvidia-pytriton}, started and stopped as a process. Clusters run
 * NVIDIA's image instead.
 */
@NullMarked
package ai.laconic.triton.server;

import org.jspecify.annotations.NullMarked;
