package ai.laconic.benchmarks.report;

import ai.laconic.benchmarks.figure.Unit;
import java.util.function.Predicate;

/**
 * A plot of a suite's figures: a line for each contender, over the sizes of the groups, both axes
 * logarithmic.
 *
 * @param file name without its suffix
 * @param unit of the figures that it shows
 * @param axis what the sizes count
 * @param shown names of the contenders that it shows
 */
public record ChartPlan(
    String file, String title, Unit unit, String axis, Predicate<String> shown) {}
