import pytest

from fingerprint import check_fingerprint
from problems import Problem


@pytest.mark.parametrize("parameters", ["", "{}", '{"other": "x"}', '{"fingerprint": "abc", "other": 1}'])
def test_one_that_is_right_or_absent_is_believed(parameters):
    check_fingerprint(parameters, "abc")


@pytest.mark.parametrize(
    ("parameters", "came"),
    [
        ('{"fingerprint": "x"}', "x"),
        ('{"fingerprint": "abd"}', "abd"),
        ('{"fingerprint": ""}', ""),
        ('{"fingerprint": "ABC"}', "ABC"),
    ],
)
def test_another_is_refused_with_both(parameters, came):
    with pytest.raises(Problem) as refused:
        check_fingerprint(parameters, "abc")
    assert refused.value.code == "FAILED_PRECONDITION"
    assert str(refused.value) == f"FAILED_PRECONDITION: fingerprint: {came} (expected: abc)"
