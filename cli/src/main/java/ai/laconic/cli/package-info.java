/**
 * The command line.
 *
 * <ul>
 *   <li>{@code client}: one connection to a gateway, and its failures as sentences and exit codes.
 *   <li>{@code command}: what a person types. Every command talks to a running gateway, except
 *       {@code up}, {@code demo} and {@code evaluate}, which start one, and {@code models}, which
 *       works on directories.
 *   <li>{@code standalone}: all four tiers in this process: the same applications that run alone in
 *       a cluster, each with its own context and its own gRPC server on the loopback interface.
 *   <li>{@code demo}: the main job from end to end, measured.
 *   <li>{@code evaluate}: how good a model's answers are, asked through the public API.
 *   <li>{@code probe}: what both of these ask, and how answers are judged.
 * </ul>
 */
@NullMarked
package ai.laconic.cli;

import org.jspecify.annotations.NullMarked;
