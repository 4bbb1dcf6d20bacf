"""Words that guessers of passwords try first.

Written by hand for this project: what a person who knows Vietnam and a keyboard would try, in lower case and
without marks. No list of leaked passwords was copied.
"""

WORDS = frozenset(
    """
    abc123 admin administrator anhyeuem anhyeuemnhieu asdfgh asdfghjkl banhmi baongoc batman chelsea cuongdo
    dragon emyeuanh football gamevn giadinh hanhphuc hoilamgi hoilamchi iloveyou khongbiet khongnho khongco
    letmein lienminh login manager manchester master matkhau matkhaucuatoi minhanh monkey motnammoi nguyenvan
    password passwd passw0rd quanly quantri qwerty qwertyuiop saigon secret sunshine superman system taikhoan
    test tester thaydoi thanhcong toiyeuem toiyeuvietnam tranvan truongsa hoangsa user vietnam vietnamvodich
    welcome xinchao yeuem yeuanh yeuemnhieu zxcvbnm
    1q2w3e4r 1qaz2wsx q1w2e3r4 qazwsx zaq12wsx
    bacgiang bacninh bencat cantho chilinh danang haiduong haiphong hanoi hochiminh hungyen namsach ninhgiang
    quangninh thanhha thainguyen tuky
    banhang buudien cooperative farmer hoptacxa htx laphach nhanong nhanvien nongdan nongnghiep nongsan
    nongtrai ocop postmart rausach sanpham shopee lazada tiki tiktok sendo voso trace traceability truyxuat
    truyxuatnguongoc vaichin vaithieu vaithieuthanhha vuonvai
    """.split()  # noqa: SIM905 - a word list reads better so
)
